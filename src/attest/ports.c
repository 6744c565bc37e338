/* Port probes: one poll loop over all sockets of a request. Whatever a peer does - refuse, trickle, flood,
 * stay silent - costs no more than the deadline and one small buffer. */
#include "attest/ports.h"

#include "core/clock.h"
#include "core/encode.h"
#include "core/waiting.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROBE_TEXT         "test"
#define UDP_RESEND_MS      1000
#define POLL_FAILED_MS     20
#define EXPECTED_MAX_BYTES 64

struct probe {
    int fd; /* -1: over */
    bool udp, sent, passed;
    bool unasked; /* there was no descriptor for it */
    int64_t next_send_ms;
    char expected[EXPECTED_MAX_BYTES];
    char answer[PORTS_ANSWER_BYTES];
    size_t answer_length;
};

static void probe_end(struct probe *probe, bool passed)
{
    if (probe->fd >= 0)
        close(probe->fd);
    probe->fd = -1;
    probe->passed = passed;
}

static bool parse_address(const char *address, uint16_t port, struct sockaddr_storage *storage,
                          socklen_t *length)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;

    memset(storage, 0, sizeof(*storage));
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *length = sizeof(*v4);
        return true;
    }
    if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        *length = sizeof(*v6);
        return true;
    }
    return false;
}

static const char *member_text(json_object *mapping, const char *name)
{
    json_object *value = NULL;

    json_object_object_get_ex(mapping, name, &value);
    return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static int64_t member_integer(json_object *mapping, const char *name)
{
    json_object *value = NULL;

    json_object_object_get_ex(mapping, name, &value);
    return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : 0;
}

/* Whether an error says what this machine lacks. */
static bool is_ours(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

/* Opens the socket and begins to connect; fd stays -1 where that fails at once. */
static void probe_begin(struct probe *probe, const char *address, json_object *mapping)
{
    const char *protocol = member_text(mapping, "proto");
    int64_t internal = member_integer(mapping, "internal_port"),
            external = member_integer(mapping, "external_port");
    struct sockaddr_storage peer;
    socklen_t peer_length;

    *probe = (struct probe){ .fd = -1, .udp = strcasecmp(protocol, "udp") == 0 };
    snprintf(probe->expected, sizeof(probe->expected), "response from %s %lld", protocol,
             (long long)internal);
    for (char *c = probe->expected; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    /* rule: ports.range */
    if (external < 1 || external > UINT16_MAX ||
        !parse_address(address, (uint16_t)external, &peer, &peer_length))
        return;
    probe->fd =
        socket(peer.ss_family, (probe->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    /* rule: ports.unasked */
    probe->unasked = probe->fd < 0 && is_ours(errno);
    if (probe->fd >= 0 && connect(probe->fd, (struct sockaddr *)&peer, peer_length) != 0 &&
        errno != EINPROGRESS)
        probe_end(probe, false);
}

/* hex(iv) | base64(cipher), whole and right. */
static bool answer_is_right(const struct probe *probe, const unsigned char key[AES128_KEY_BYTES])
{
    unsigned char iv[AES_BLOCK_BYTES], cipher[PORTS_ANSWER_BYTES];
    const size_t separator = (size_t)2 * AES_BLOCK_BYTES;
    size_t cipher_length, length = probe->answer_length;

    while (length > 0 && isspace((unsigned char)probe->answer[length - 1]))
        length--;
    if (length <= separator + 1 || probe->answer[separator] != '|' ||
        !hex_decode(iv, sizeof(iv), probe->answer, separator))
        return false;
    if (sodium_base642bin(cipher, sizeof(cipher), probe->answer + separator + 1, length - separator - 1, NULL,
                          &cipher_length, NULL, sodium_base64_VARIANT_ORIGINAL) != 0)
        return false;
    /* rule: ports.answer */
    return aes_cbc_is_encryption_of(key, AES128_KEY_BYTES, iv, cipher, cipher_length, probe->expected);
}

static void probe_send(struct probe *probe, int64_t now_ms)
{
    /* A refused datagram shows as an error of the next call; the port may still open, so UDP goes on trying.
     */
    if (send(probe->fd, PROBE_TEXT, strlen(PROBE_TEXT), MSG_NOSIGNAL) < 0 && !probe->udp && errno != EAGAIN) {
        probe_end(probe, false);
        return;
    }
    probe->sent = true;
    probe->next_send_ms = now_ms + UDP_RESEND_MS;
}

static void probe_receive(struct probe *probe, const unsigned char key[AES128_KEY_BYTES])
{
    size_t room = sizeof(probe->answer) - probe->answer_length;
    ssize_t got;

    if (probe->udp)
        probe->answer_length = 0, room = sizeof(probe->answer);
    got = recv(probe->fd, probe->answer + probe->answer_length, room, 0);
    if (got < 0 && (probe->udp || errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0) {
        probe->answer_length += (size_t)got;
        if (answer_is_right(probe, key)) {
            probe_end(probe, true);
            return;
        }
    }
    if (!probe->udp && (got <= 0 || probe->answer_length == sizeof(probe->answer)))
        probe_end(probe, false);
}

/* One turn over all open probes, for at most wait_ms. False: none is left. */
static bool probe_all(struct probe *probes, size_t count, const unsigned char key[AES128_KEY_BYTES],
                      int wait_ms)
{
    struct pollfd polls[PORTS_MAX];
    int64_t now_ms = clock_monotonic_ms();
    bool open = false;

    for (size_t i = 0; i < count; i++) {
        polls[i] = (struct pollfd){ .fd = probes[i].fd, .events = POLLIN };
        if (probes[i].fd < 0)
            continue;
        open = true;
        if (!probes[i].sent)
            polls[i].events |= POLLOUT;
        if (probes[i].udp && wait_ms > UDP_RESEND_MS / 4)
            wait_ms = UDP_RESEND_MS / 4;
    }
    if (!open)
        return false;
    if (poll(polls, (nfds_t)count, wait_ms) < 0) {
        clock_sleep_ms(POLL_FAILED_MS);
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        struct probe *probe = &probes[i];

        if (probe->fd >= 0 && ((polls[i].revents & POLLOUT) || (probe->udp && now_ms >= probe->next_send_ms)))
            probe_send(probe, now_ms);
        if (probe->fd >= 0 && (polls[i].revents & (POLLIN | POLLERR | POLLHUP)))
            probe_receive(probe, key);
    }
    return true;
}

enum ports_verdict ports_answer(const char *address, json_object *mappings,
                                const unsigned char key[AES128_KEY_BYTES], int64_t deadline_ms)
{
    struct probe probes[PORTS_MAX];
    size_t count = json_object_array_length(mappings);
    int64_t own_deadline_ms = clock_monotonic_ms() + PORTS_TIMEOUT_MS;
    struct waiting waiting = waiting_begin();
    enum ports_verdict verdict = PORTS_RIGHT;
    int left_ms;

    if (count > PORTS_MAX)
        return PORTS_WRONG;
    if (own_deadline_ms > deadline_ms)
        own_deadline_ms = deadline_ms;
    for (size_t i = 0; i < count; i++)
        probe_begin(&probes[i], address, json_object_array_get_idx(mappings, i));
    while ((left_ms = clock_remaining_ms(own_deadline_ms)) > 0 &&
           probe_all(probes, count, key, waiting_slice_ms(&waiting, left_ms)))
        waiting_goes_on(&waiting);
    for (size_t i = 0; i < count; i++) {
        probe_end(&probes[i], probes[i].passed);
        /* rule: ports.all */
        if (!probes[i].passed && verdict == PORTS_RIGHT)
            verdict = PORTS_WRONG;
        if (probes[i].unasked)
            verdict = PORTS_UNASKED;
    }
    return verdict;
}
