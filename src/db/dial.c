/* See dial.h. No SQL is sent from here, and nothing of a connection string is logged. */
#include "db/dial.h"

#include "core/clock.h"
#include "core/dsn.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define KEYWORDS_MAX     96 /* libpq knows about forty */
#define HOST_MAX_BYTES   1025
#define OPTION_MAX_BYTES 2048

/* The part of a connection string that is not taken over as it is. */
struct choice {
    char host[HOST_MAX_BYTES], hostaddr[HOST_MAX_BYTES], port[HOST_MAX_BYTES], options[OPTION_MAX_BYTES];
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
                    unsigned host, const char *options)
{
    const char *own = "", *value;

    add(keywords, "fallback_application_name", "rigger");
    for (const PQconninfoOption *option = parsed; option->keyword != NULL; option++) {
        if (option->val == NULL)
            continue;
        if (strcmp(option->keyword, "options") == 0) {
            own = option->val;
            continue;
        }
        value = choose(choice, option, host);
        if (value == NULL || keywords->count + 2 >= KEYWORDS_MAX)
            return false;
        add(keywords, option->keyword, value);
    }
    add(keywords, "client_encoding", "UTF8");
    if (options == NULL)
        options = "";
    if (snprintf(choice->options, OPTION_MAX_BYTES, "%s %s", own, options) >= OPTION_MAX_BYTES)
        return false;
    /* A parameter that a pooler refuses is sent only where there is something to say. */
    if (strcmp(choice->options, " ") != 0)
        add(keywords, "options", choice->options);
    return true;
}

bool dial_wait(const PGconn *connection, short events, int64_t deadline_ms)
{
    struct pollfd descriptor = { .fd = PQsocket(connection), .events = events };
    int ready;

    do
        ready = poll(&descriptor, 1, clock_remaining_ms(deadline_ms));
    while (ready < 0 && errno == EINTR);
    return ready > 0;
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

PGconn *dial_connect(const char *dsn, unsigned host, const char *options, int64_t deadline_ms)
{
    PQconninfoOption *parsed = PQconninfoParse(dsn, NULL);
    struct keywords keywords = { .count = 0 };
    PGconn *connection = NULL;
    struct choice choice;

    if (parsed != NULL && collect(&keywords, &choice, parsed, host, options))
        connection = PQconnectStartParams(keywords.names, keywords.values, 0);
    PQconninfoFree(parsed);
    if (connection != NULL)
        finish(connection, deadline_ms);
    return connection;
}
