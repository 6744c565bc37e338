/* The other side of a connection, a thread: see fuzz_peer_answers in fuzz.h. */
#include "fuzz/fuzz.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINGER_MS 200 /* for what the asker still sends, so that no reset cuts the answer off */

struct peer {
    int listener, port;
    pthread_mutex_t lock;
    unsigned char *data;
    size_t size;
};

static struct peer peer = { .listener = -1, .lock = PTHREAD_MUTEX_INITIALIZER };

static void answer(int connection)
{
    struct pollfd ready = { .fd = connection, .events = POLLIN };
    char asked[4096];
    size_t sent = 0;

    /* What is asked comes first: an answer that is there before would be taken for nobody's. */
    if (poll(&ready, 1, LINGER_MS) > 0 && read(connection, asked, sizeof(asked)) < 0)
        return;
    pthread_mutex_lock(&peer.lock);
    while (sent < peer.size) {
        ssize_t part = send(connection, peer.data + sent, peer.size - sent, MSG_NOSIGNAL);
        if (part <= 0)
            break;
        sent += (size_t)part;
    }
    pthread_mutex_unlock(&peer.lock);
    shutdown(connection, SHUT_WR);
    while (poll(&ready, 1, LINGER_MS) > 0 && read(connection, asked, sizeof(asked)) > 0)
        ;
}

static void *serve(void *unused)
{
    (void)unused;
    for (;;) {
        int connection = accept4(peer.listener, NULL, NULL, SOCK_CLOEXEC);

        if (connection < 0)
            continue;
        answer(connection);
        close(connection);
    }
    return NULL;
}

static void start_listening(void)
{
    struct sockaddr_in loopback = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(loopback);

    peer.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(peer.listener, (struct sockaddr *)&loopback, sizeof(loopback)) != 0 ||
        listen(peer.listener, 16) != 0 ||
        getsockname(peer.listener, (struct sockaddr *)&loopback, &length) != 0)
        abort();
    peer.port = ntohs(loopback.sin_port);
}

int fuzz_peer_answers(const unsigned char *data, size_t size)
{
    pthread_t thread;

    pthread_mutex_lock(&peer.lock);
    free(peer.data);
    peer.data = malloc(size + 1);
    peer.size = size;
    if (peer.data == NULL)
        abort();
    if (size > 0)
        memcpy(peer.data, data, size);
    pthread_mutex_unlock(&peer.lock);
    if (peer.listener < 0) {
        start_listening();
        if (pthread_create(&thread, NULL, serve, NULL) != 0 || pthread_detach(thread) != 0)
            abort();
    }
    return peer.port;
}

int fuzz_peer_says(struct arena *arena, const unsigned char *data, size_t size)
{
    const char *head =
        arena_printf(arena, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n", size);
    size_t length = strlen(head);
    unsigned char *whole = arena_alloc(arena, length + size + 1);

    memcpy(whole, head, length);
    if (size > 0)
        memcpy(whole + length, data, size);
    return fuzz_peer_answers(whole, length + size);
}
