/* attest/ports against real sockets: honest pods, and pods that refuse, lie, trickle or stay silent. */
#include "attest/ports.h"

#include "core/clock.h"
#include "core/encode.h"
#include "crypto/aes.h"

#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define LONG_MS      60000 /* only a failing test uses it up */

Suite *ports_suite(void);

static const unsigned char key[AES128_KEY_BYTES] = "0123456789abcde";

enum behaviour {
    HONEST,
    OTHER_PORT,
    OTHER_PROTOCOL,
    OTHER_KEY,
    GARBAGE,
    FLOOD,
    CLOSE,
    TRICKLE,
    SECOND_DATAGRAM
};

struct pod {
    enum behaviour behaviour;
    bool udp;
    int fd;
    uint16_t port;
    pthread_t thread;
};

static size_t make_answer(const struct pod *pod, char *out, size_t size)
{
    unsigned char iv[AES_BLOCK_BYTES], cipher[64], wrong[AES128_KEY_BYTES] = "another key";
    char text[64], iv_hex[2 * AES_BLOCK_BYTES + 1], base64[128];
    bool udp = pod->behaviour == OTHER_PROTOCOL ? !pod->udp : pod->udp;
    size_t length;

    snprintf(text, sizeof(text), "response from %s %d", udp ? "udp" : "tcp",
             pod->behaviour == OTHER_PORT ? 1 : 9000);
    randombytes_buf(iv, sizeof(iv));
    length = aes_cbc_encrypt(pod->behaviour == OTHER_KEY ? wrong : key, sizeof(key), iv, text, strlen(text),
                             cipher);
    hex_encode(iv_hex, iv, sizeof(iv));
    sodium_bin2base64(base64, sizeof(base64), cipher, length, sodium_base64_VARIANT_ORIGINAL);
    return (size_t)snprintf(out, size, "%s|%s", iv_hex, base64);
}

static void answer_stream(const struct pod *pod, int fd)
{
    char answer[256], request[16];
    size_t length = make_answer(pod, answer, sizeof(answer));

    if (recv(fd, request, sizeof(request), 0) != 4 || memcmp(request, "test", 4) != 0)
        return;
    if (pod->behaviour == GARBAGE) {
        send(fd, "|||", 3, MSG_NOSIGNAL);
    } else if (pod->behaviour == FLOOD) {
        for (int i = 0; i < 100; i++)
            send(fd, answer, 32, MSG_NOSIGNAL);
    } else if (pod->behaviour == TRICKLE) {
        for (size_t i = 0; i < length; i++)
            send(fd, answer + i, 1, MSG_NOSIGNAL);
        recv(fd, request, sizeof(request), 0);
    } else if (pod->behaviour != CLOSE) {
        send(fd, answer, length, MSG_NOSIGNAL);
    }
}

static void *run_pod(void *argument)
{
    struct pod *pod = argument;
    struct sockaddr_in peer;
    socklen_t peer_length = sizeof(peer);
    char request[16], answer[256];
    size_t length = make_answer(pod, answer, sizeof(answer));

    if (!pod->udp) {
        int fd = accept(pod->fd, NULL, NULL);

        answer_stream(pod, fd);
        close(fd);
        return NULL;
    }
    for (int i = 0; i < (pod->behaviour == SECOND_DATAGRAM ? 2 : 1); i++)
        recvfrom(pod->fd, request, sizeof(request), 0, (struct sockaddr *)&peer, &peer_length);
    sendto(pod->fd, answer, length, 0, (struct sockaddr *)&peer, peer_length);
    return NULL;
}

/* Holds a port of this machine, on which nobody listens yet. */
static void hold_port(struct pod *pod, enum behaviour behaviour, bool udp)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    socklen_t length = sizeof(address);

    *pod = (struct pod){ .behaviour = behaviour, .udp = udp };
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    pod->fd = socket(AF_INET, udp ? SOCK_DGRAM : SOCK_STREAM, 0);
    ck_assert_int_eq(bind(pod->fd, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(getsockname(pod->fd, (struct sockaddr *)&address, &length), 0);
    pod->port = ntohs(address.sin_port);
}

static void start_pod(struct pod *pod, enum behaviour behaviour, bool udp)
{
    hold_port(pod, behaviour, udp);
    ck_assert(udp || listen(pod->fd, 8) == 0);
    ck_assert_int_eq(pthread_create(&pod->thread, NULL, run_pod, pod), 0);
}

static void end_pod(struct pod *pod)
{
    pthread_join(pod->thread, NULL);
    close(pod->fd);
}

static void add_mapping(json_object *mappings, const char *proto, int external)
{
    json_object *mapping = json_object_new_object();

    json_object_object_add(mapping, "proto", json_object_new_string(proto));
    json_object_object_add(mapping, "internal_port", json_object_new_int(9000));
    json_object_object_add(mapping, "external_port", json_object_new_int(external));
    json_object_array_add(mappings, mapping);
}

static const struct {
    enum behaviour behaviour;
    bool udp, passes;
} pods[] = {
    { HONEST, false, true },         { HONEST, true, true },       { TRICKLE, false, true },
    { SECOND_DATAGRAM, true, true }, { OTHER_PORT, false, false }, { OTHER_PROTOCOL, false, false },
    { OTHER_KEY, false, false },     { GARBAGE, false, false },    { FLOOD, false, false },
    { CLOSE, false, false },         { OTHER_PORT, true, false },  { OTHER_KEY, true, false },
};

START_TEST(a_pod_is_judged_by_its_answer)
{
    json_object *mappings = json_object_new_array();
    /* A datagram that is wrong is waited past, for a right one may follow: such a probe ends with its
     * deadline. */
    int64_t deadline_ms = clock_monotonic_ms() + (pods[_i].udp && !pods[_i].passes ? 300 : LONG_MS);
    struct pod pod;

    start_pod(&pod, pods[_i].behaviour, pods[_i].udp);
    add_mapping(mappings, pods[_i].udp ? "udp" : "tcp", pod.port);
    ck_assert_int_eq(ports_answer("127.0.0.1", mappings, key, deadline_ms), pods[_i].passes);
    end_pod(&pod);
    json_object_put(mappings);
}
END_TEST

START_TEST(all_ports_must_answer)
{
    json_object *mappings = json_object_new_array();
    struct pod tcp, udp, liar;

    start_pod(&tcp, HONEST, false);
    start_pod(&udp, HONEST, true);
    start_pod(&liar, CLOSE, false);
    add_mapping(mappings, "TCP", tcp.port);
    add_mapping(mappings, "udp", udp.port);
    add_mapping(mappings, "tcp", liar.port);
    ck_assert(!ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + LONG_MS));
    end_pod(&tcp);
    end_pod(&udp);
    end_pod(&liar);
    json_object_put(mappings);
}
END_TEST

START_TEST(the_last_port_does_not_speak_for_the_first)
{
    json_object *mappings = json_object_new_array();
    struct pod liar, honest;

    start_pod(&liar, CLOSE, false);
    start_pod(&honest, HONEST, false);
    add_mapping(mappings, "tcp", liar.port);
    add_mapping(mappings, "tcp", honest.port);
    ck_assert(!ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + LONG_MS));
    end_pod(&liar);
    end_pod(&honest);
    json_object_put(mappings);
}
END_TEST

/* An honest pod's port, 65536 higher: what is cut off must not lead to it. */
START_TEST(a_number_that_is_no_port_does_not_answer)
{
    json_object *mappings = json_object_new_array();
    struct pod honest;

    start_pod(&honest, HONEST, true);
    add_mapping(mappings, "udp", honest.port + 65536);
    ck_assert(!ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + 2000));
    json_object_put(mappings);
    mappings = json_object_new_array();
    add_mapping(mappings, "udp", honest.port);
    ck_assert(ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + LONG_MS));
    end_pod(&honest);
    for (int i = 0; i < PORTS_MAX; i++)
        add_mapping(mappings, "udp", honest.port);
    ck_assert(!ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + LONG_MS));
    json_object_put(mappings);
}
END_TEST

START_TEST(a_closed_port_and_a_bad_address_fail)
{
    json_object *mappings = json_object_new_array();
    struct pod pod;

    hold_port(&pod, HONEST, false);
    add_mapping(mappings, "tcp", pod.port);
    ck_assert(!ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + LONG_MS));
    ck_assert(!ports_answer("localhost", mappings, key, clock_monotonic_ms() + LONG_MS));
    json_object_put(mappings);
    close(pod.fd);
}
END_TEST

START_TEST(without_descriptors_nothing_is_held_against_the_pod)
{
    json_object *mappings = json_object_new_array();
    struct rlimit limit;
    struct pod pod;

    hold_port(&pod, HONEST, false);
    add_mapping(mappings, "tcp", pod.port);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 3;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + LONG_MS), PORTS_UNASKED);
    json_object_put(mappings);
    close(pod.fd);
}
END_TEST

START_TEST(no_mapping_is_nothing_to_prove)
{
    json_object *mappings = json_object_new_array();

    ck_assert(ports_answer("127.0.0.1", mappings, key, clock_monotonic_ms() + LONG_MS));
    json_object_put(mappings);
}
END_TEST

Suite *ports_suite(void)
{
    Suite *suite = suite_create("ports");
    TCase *probe_case = tcase_create("probes");

    tcase_add_loop_test(probe_case, a_pod_is_judged_by_its_answer, 0, COUNT(pods));
    tcase_add_test(probe_case, all_ports_must_answer);
    tcase_add_test(probe_case, the_last_port_does_not_speak_for_the_first);
    tcase_add_test(probe_case, a_number_that_is_no_port_does_not_answer);
    tcase_add_test(probe_case, a_closed_port_and_a_bad_address_fail);
    tcase_add_test(probe_case, without_descriptors_nothing_is_held_against_the_pod);
    tcase_add_test(probe_case, no_mapping_is_nothing_to_prove);
    suite_add_tcase(suite, probe_case);
    return suite;
}
