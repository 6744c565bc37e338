/* One thread; the counters are read by the test when it has its answer, or has given up waiting. */
#include "check/redis_script.h"

#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DRIP_NS 5000000

struct redis_script redis_script;

static int listener;

static bool say(int connection, const struct redis_line *line)
{
    size_t length = line->length != 0 ? line->length : strlen(line->bytes);
    const struct timespec pause = { .tv_nsec = DRIP_NS };

    if (!line->drips)
        return send(connection, line->bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
    for (size_t i = 0; i < length; i++) {
        if (send(connection, line->bytes + i, 1, MSG_NOSIGNAL) != 1)
            return false;
        nanosleep(&pause, NULL);
    }
    return true;
}

static void attend(int connection)
{
    static const struct redis_line nothing;
    ssize_t got;

    while ((got = recv(connection, redis_script.last, sizeof(redis_script.last) - 1, 0)) > 0) {
        int at = redis_script.commands++;
        const struct redis_line *line = at < REDIS_LINES_MAX ? &redis_script.lines[at] : &nothing;

        redis_script.last[got] = '\0';
        if (line->bytes != NULL && !say(connection, line))
            break;
        if (line->hangs_up)
            break;
    }
    close(connection);
    redis_script.closed = true;
}

static void *serve(void *unused)
{
    int connection;

    (void)unused;
    while ((connection = accept(listener, NULL, NULL)) >= 0) {
        redis_script.closed = false;
        redis_script.connections++;
        attend(connection);
    }
    return NULL;
}

void redis_script_start(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);
    pthread_t thread;

    listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 16), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    snprintf(redis_script.url, sizeof(redis_script.url), "redis://127.0.0.1:%d", ntohs(address.sin_port));
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
    pthread_detach(thread);
}

void redis_script_stop(void)
{
    shutdown(listener, SHUT_RDWR);
}
