/* Publishes over one connection. It is closed at the first error and opened again by the next message: after
 * an answer that did not come, nobody could tell which answer belongs to which message. */
#include "net/redis.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define DEFAULT_PORT    6379
#define PORT_MAX        65535
#define DATABASE_MAX    1000000
#define HOST_MAX_BYTES  256
#define ERROR_MAX_BYTES 200
#define TCP_SCHEME      "redis://"
#define UNIX_SCHEME     "unix:"

struct redis {
    const char *url, *password;
    struct timeval timeout;
    redisContext *connection; /* NULL: none */
    char error[ERROR_MAX_BYTES];
};

struct place {
    const char *path; /* of a Unix socket; NULL: TCP */
    char host[HOST_MAX_BYTES];
    int port, database;
};

/* Reads a number from low to high off the text. */
static bool read_number(const char **text, int low, int high, int *number)
{
    char *end;
    long value = strtol(*text, &end, 10);

    if (end == *text || **text < '0' || **text > '9' || value < low || value > high)
        return false;
    *number = (int)value;
    *text = end;
    return true;
}

static bool parse(const char *url, struct place *place)
{
    const char *at;
    size_t length;

    *place = (struct place){ .port = DEFAULT_PORT };
    if (strncmp(url, UNIX_SCHEME, strlen(UNIX_SCHEME)) == 0) {
        place->path = url + strlen(UNIX_SCHEME);
        return place->path[0] == '/';
    }
    if (strncmp(url, TCP_SCHEME, strlen(TCP_SCHEME)) != 0)
        return false;
    at = url + strlen(TCP_SCHEME);
    length = at[0] == '[' ? strcspn(at, "]") : strcspn(at, ":/@? \t");
    if (length <= (at[0] == '[') || length >= sizeof(place->host))
        return false;
    memcpy(place->host, at + (at[0] == '['), length - (at[0] == '['));
    at += length + (at[0] == '[' && at[length] == ']');
    if (*at == ':' && (at++, !read_number(&at, 1, PORT_MAX, &place->port)))
        return false;
    if (*at == '/' && at[1] != '\0' && (at++, !read_number(&at, 0, DATABASE_MAX, &place->database)))
        return false;
    return *at == '\0' || strcmp(at, "/") == 0;
}

bool redis_url_is_valid(const char *url)
{
    struct place place;

    return parse(url, &place);
}

struct redis *redis_create(const char *url, const char *password, int timeout_ms)
{
    struct redis *redis = calloc(1, sizeof(*redis));

    if (redis != NULL) {
        redis->url = url;
        redis->password = password;
        redis->timeout = (struct timeval){ .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000 };
    }
    return redis;
}

static void hang_up(struct redis *redis)
{
    if (redis->connection != NULL)
        redisFree(redis->connection);
    redis->connection = NULL;
}

void redis_free(struct redis *redis)
{
    if (redis == NULL)
        return;
    hang_up(redis);
    free(redis);
}

static bool fail(struct redis *redis, const char *what, const char *error)
{
    snprintf(redis->error, sizeof(redis->error), "%s: %s", what, error);
    hang_up(redis);
    return false;
}

/* Sends a command of count words. False unless Redis answers it without an error. */
static bool command(struct redis *redis, int count, const char **words)
{
    redisReply *reply = redisCommandArgv(redis->connection, count, words, NULL);
    bool done = reply != NULL && reply->type != REDIS_REPLY_ERROR;

    if (reply == NULL)
        return fail(redis, words[0], redis->connection->errstr);
    if (!done)
        fail(redis, words[0], reply->str);
    freeReplyObject(reply);
    return done;
}

static bool dial(struct redis *redis)
{
    struct place place;
    char database[16];

    if (!parse(redis->url, &place))
        return fail(redis, "connect", "not a Redis URL");
    redis->connection = place.path != NULL ? redisConnectUnixWithTimeout(place.path, redis->timeout)
                                           : redisConnectWithTimeout(place.host, place.port, redis->timeout);
    if (redis->connection == NULL)
        return fail(redis, "connect", "out of memory");
    if (redis->connection->err != 0)
        return fail(redis, "connect", redis->connection->errstr);
    if (redisSetTimeout(redis->connection, redis->timeout) != REDIS_OK)
        return fail(redis, "connect", "no time limit could be set");
    if (redis->password != NULL && !command(redis, 2, (const char *[]){ "AUTH", redis->password }))
        return false;
    snprintf(database, sizeof(database), "%d", place.database);
    return place.database == 0 || command(redis, 2, (const char *[]){ "SELECT", database });
}

bool redis_publish(struct redis *redis, const char *channel, const char *message)
{
    redis->error[0] = '\0';
    if (redis->connection == NULL && !dial(redis))
        return false;
    return command(redis, 3, (const char *[]){ "PUBLISH", channel, message });
}

const char *redis_error(const struct redis *redis)
{
    return redis->error;
}
