/* One thread waits on all ports and on the pipe that ends it. A caller who is slow is hung up on: the answer
 * is short. */
#include "client/pod_ports.h"

#include "core/arena.h"
#include "core/encode.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define QUESTION        "test"
#define QUESTION_BYTES  64
#define BACKLOG         8
#define CALLER_LIMIT_S  2
#define ARENA_MAX_BYTES ((size_t)1 << 20)
#define NAME_BYTES      64

struct pod_ports {
    pthread_t thread;
    int stop[2]; /* closing the second ends the thread */
    struct pollfd waits[POD_PORTS_MAX + 1];
    struct pod_port ports[POD_PORTS_MAX];
    size_t count;
    struct arena *arena;
    unsigned char key[AES128_KEY_BYTES];
};

static bool is_udp(const struct pod_port *port)
{
    return strcmp(port->proto, "udp") == 0;
}

/* hex(iv)|base64(cipher) of the port's name. */
static const char *make_answer(struct pod_ports *ports, const struct pod_port *port)
{
    unsigned char iv[AES_BLOCK_BYTES], cipher[NAME_BYTES + AES_BLOCK_BYTES];
    char name[NAME_BYTES], iv_hex[2 * AES_BLOCK_BYTES + 1];
    int length = snprintf(name, sizeof(name), "response from %s %u", port->proto, port->internal);
    size_t sealed;

    randombytes_buf(iv, sizeof(iv));
    hex_encode(iv_hex, iv, sizeof(iv));
    sealed = aes_cbc_encrypt(ports->key, sizeof(ports->key), iv, name, (size_t)length, cipher);
    return arena_printf(ports->arena, "%s|%s", iv_hex, base64_encode(ports->arena, cipher, sealed));
}

static void answer_stream(struct pod_ports *ports, const struct pod_port *port, int listener)
{
    const struct timeval limit = { .tv_sec = CALLER_LIMIT_S };
    char question[QUESTION_BYTES];
    const char *answer;
    int fd = accept(listener, NULL, NULL);

    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    if (recv(fd, question, sizeof(question), 0) >= (ssize_t)strlen(QUESTION) &&
        memcmp(question, QUESTION, strlen(QUESTION)) == 0) {
        answer = make_answer(ports, port);
        (void)!send(fd, answer, strlen(answer), MSG_NOSIGNAL);
    }
    close(fd);
}

static void answer_datagram(struct pod_ports *ports, const struct pod_port *port, int fd)
{
    struct sockaddr_storage caller;
    socklen_t length = sizeof(caller);
    char question[QUESTION_BYTES];
    const char *answer;

    if (recvfrom(fd, question, sizeof(question), 0, (struct sockaddr *)&caller, &length) <
            (ssize_t)strlen(QUESTION) ||
        memcmp(question, QUESTION, strlen(QUESTION)) != 0)
        return;
    answer = make_answer(ports, port);
    (void)!sendto(fd, answer, strlen(answer), MSG_NOSIGNAL, (struct sockaddr *)&caller, length);
}

static void *serve(void *context)
{
    struct pod_ports *ports = context;

    while (poll(ports->waits, ports->count + 1, -1) > 0 && ports->waits[ports->count].revents == 0) {
        for (size_t i = 0; i < ports->count; i++) {
            if (ports->waits[i].revents == 0)
                continue;
            (is_udp(&ports->ports[i]) ? answer_datagram : answer_stream)(ports, &ports->ports[i],
                                                                         ports->waits[i].fd);
            arena_reset(ports->arena);
        }
    }
    return NULL;
}

/* -1: the port cannot be had. */
static int listen_on(const struct pod_port *port)
{
    const struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(port->external) };
    int fd = socket(AF_INET6, (is_udp(port) ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    const int yes = 1, no = 0;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no));
    if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        (!is_udp(port) && listen(fd, BACKLOG) != 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void free_all(struct pod_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++)
        close(ports->waits[i].fd);
    close(ports->stop[0]);
    arena_free(ports->arena);
    sodium_memzero(ports, sizeof(*ports));
    free(ports);
}

struct pod_ports *pod_ports_open(const struct pod_port *ports, size_t count,
                                 const unsigned char key[AES128_KEY_BYTES])
{
    struct pod_ports *opened = calloc(1, sizeof(*opened));

    if (opened == NULL || count > POD_PORTS_MAX || pipe(opened->stop) != 0) {
        free(opened);
        return NULL;
    }
    opened->arena = arena_create(ARENA_MAX_BYTES);
    memcpy(opened->key, key, sizeof(opened->key));
    for (; opened->count < count; opened->count++) {
        int fd = listen_on(&ports[opened->count]);

        if (fd < 0)
            break;
        opened->ports[opened->count] = ports[opened->count];
        opened->waits[opened->count] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
    opened->waits[opened->count] = (struct pollfd){ .fd = opened->stop[0] };
    if (opened->count < count || pthread_create(&opened->thread, NULL, serve, opened) != 0) {
        close(opened->stop[1]);
        free_all(opened);
        return NULL;
    }
    return opened;
}

void pod_ports_close(struct pod_ports *ports)
{
    if (ports == NULL)
        return;
    close(ports->stop[1]);
    pthread_join(ports->thread, NULL);
    free_all(ports);
}
