/* See dial.h. No SQL is sent from here, and nothing of a connection string is logged. */
#include "db/dial.h"

#include "core/clock.h"
#include "core/dsn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEYWORDS_MAX   96 /* libpq knows about forty */
#define HOST_MAX_BYTES 1025

/* The part of a connection string that is not taken over as it is. */
struct choice {
    char host[HOST_MAX_BYTES], hostaddr[HOST_MAX_BYTES], port[HOST_MAX_BYTES];
};

struct keywords {
    const char *names[KEYWORDS_MAX + 1], *values[KEYWORDS_MAX + 1];
    size_t count;
};

static unsigned list_length(const char *list)
{
    unsigned length = 1;

    for (; *list != '\0'; list++)
        length += *list == ',';
    return length;
}

const char *dial_dsn_error(const char *dsn)
{
    const char *error = dsn_error(dsn);
    PQconninfoOption *parsed;

    if (error != NULL)
        return error;
    parsed = PQconninfoParse(dsn, NULL);
    if (parsed == NULL)
        return "libpq cannot read the connection string";
    PQconninfoFree(parsed);
    return NULL;
}

unsigned dial_host_count(const char *dsn)
{
    PQconninfoOption *parsed = PQconninfoParse(dsn, NULL);
    unsigned count = parsed != NULL ? 1 : 0;

    for (const PQconninfoOption *option = parsed; option != NULL && option->keyword != NULL; option++) {
        if (option->val == NULL)
            continue;
        if (strcmp(option->keyword, "host") == 0 || strcmp(option->keyword, "hostaddr") == 0) {
            unsigned length = list_length(option->val);

            count = length > count ? length : count;
        }
    }
    PQconninfoFree(parsed);
    return count;
}

/* The element of that number of a comma-separated list; of a list of one, that one. False: too long. */
static bool take_element(char *out, size_t size, const char *list, unsigned number)
{
    size_t length;

    if (strchr(list, ',') == NULL)
        number = 0;
    while (number-- > 0 && strchr(list, ',') != NULL)
        list = strchr(list, ',') + 1;
    length = strcspn(list, ",");
    return snprintf(out, size, "%.*s", (int)length, list) < (int)size;
}

static void add(struct keywords *keywords, const char *name, const char *value)
{
    keywords->names[keywords->count] = name;
    keywords->values[keywords->count] = value;
    keywords->count++;
}

/* The value that one option is given to libpq with; NULL: it does not fit. */
static const char *choose(struct choice *choice, const PQconninfoOption *option, unsigned host)
{
    struct {
        const char *keyword;
        char *out;
    } lists[] = { { "host", choice->host }, { "hostaddr", choice->hostaddr }, { "port", choice->port } };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(option->keyword, lists[i].keyword) == 0)
            return take_element(lists[i].out, HOST_MAX_BYTES, option->val, host) ? lists[i].out : NULL;
    }
    return option->val;
}

/* False: the connection string has more, or longer, parts than any real one. */
static bool collect(struct keywords *keywords, struct choice *choice, const PQconninfoOption *parsed,
                    unsigned host)
{
    const char *value;

    add(keywords, "fallback_application_name", "rigger");
    for (const PQconninfoOption *option = parsed; option->keyword != NULL; option++) {
        if (option->val == NULL)
            continue;
        value = choose(choice, option, host);
        if (value == NULL || keywords->count + 1 >= KEYWORDS_MAX)
            return false;
        add(keywords, option->keyword, value);
    }
    add(keywords, "client_encoding", "UTF8");
    return true;
}

static bool wait_for(int fd, short events, int64_t deadline_ms)
{
    struct pollfd descriptor = { .fd = fd, .events = events };
    int ready;

    do
        ready = poll(&descriptor, 1, clock_remaining_ms(deadline_ms));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
}

bool dial_wait(const PGconn *connection, short events, int64_t deadline_ms)
{
    return wait_for(PQsocket(connection), events, deadline_ms);
}

/* On time-out the connection stays half made, which is not CONNECTION_OK. */
static void finish(PGconn *connection, int64_t deadline_ms)
{
    PostgresPollingStatusType step = PGRES_POLLING_WRITING;

    if (PQstatus(connection) == CONNECTION_BAD)
        return;
    while (step != PGRES_POLLING_OK && step != PGRES_POLLING_FAILED) {
        if (!dial_wait(connection, step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline_ms))
            return;
        step = PQconnectPoll(connection);
    }
}

PGconn *dial_connect(const char *dsn, unsigned host, int64_t deadline_ms)
{
    PQconninfoOption *parsed = PQconninfoParse(dsn, NULL);
    struct keywords keywords = { .count = 0 };
    PGconn *connection = NULL;
    struct choice choice;

    /* What the start-up packet says beside the connection string: the four things that a pooler keeps apart
     * for each of its clients. Of these two libpq reads no keyword, only the environment. */
    setenv("PGTZ", "UTC", 1);
    setenv("PGDATESTYLE", "ISO", 1);
    if (parsed != NULL && collect(&keywords, &choice, parsed, host))
        connection = PQconnectStartParams(keywords.names, keywords.values, 0);
    PQconninfoFree(parsed);
    if (connection != NULL)
        finish(connection, deadline_ms);
    return connection;
}

/* Asks a server whether it speaks TLS, over a connection that is closed again: one that answers is awake. */
static bool answers(int fd, const struct sockaddr_storage *address, socklen_t length, int64_t deadline_ms)
{
    /* SSLRequest: its length, and 1234 and 5679 in 16 bits each. Source: PostgreSQL 15, 55.7. */
    static const unsigned char request[] = { 0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f };
    char answer;

    if (connect(fd, (const struct sockaddr *)address, length) != 0 &&
        (errno != EINPROGRESS || !wait_for(fd, POLLOUT, deadline_ms)))
        return false;
    return send(fd, request, sizeof(request), MSG_NOSIGNAL) == (ssize_t)sizeof(request) &&
           wait_for(fd, POLLIN, deadline_ms) && recv(fd, &answer, 1, 0) == 1;
}

static bool is_awake(const PGconn *connection, int64_t deadline_ms)
{
    struct sockaddr_storage address = { 0 };
    socklen_t length = sizeof(address);
    bool awake;
    int fd;

    if (getpeername(PQsocket(connection), (struct sockaddr *)&address, &length) != 0)
        return false;
    fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return false;
    awake = answers(fd, &address, length, deadline_ms);
    close(fd);
    return awake;
}

bool dial_cancel(PGconn *connection, int64_t deadline_ms)
{
    char error[256];
    PGcancel *cancel;
    bool sent;

    /* PQcancel has no time limit, so it is only tried on a server that answers. */
    if (!is_awake(connection, deadline_ms))
        return false;
    cancel = PQgetCancel(connection);
    sent = cancel != NULL && PQcancel(cancel, error, sizeof(error)) == 1;
    PQfreeCancel(cancel);
    return sent;
}
