/* One connection, one command at a time. It is closed at the first error and opened again by the next call:
 * after an answer that did not come, nobody could tell which answer belongs to which command. For the same
 * reason nothing may stand in it when a command is sent. */
#include "net/redis.h"

#include "core/arena.h"
#include "core/clock.h"
#include "net/resolve.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define DEFAULT_PORT     6379
#define PORT_MAX         65535
#define DATABASE_MAX     1000000
#define HOST_MAX_BYTES   256
#define ERROR_MAX_BYTES  200
#define ADDRESSES_MAX    4
#define PIECE_BYTES      4096
#define ANSWER_MAX_BYTES 65536 /* far more than any answer to what is asked here has */
#define ARENA_MAX_BYTES  65536
#define TCP_SCHEME       "redis://"
#define UNIX_SCHEME      "unix:"

struct redis {
    const char *url, *password;
    int timeout_ms;
    int64_t deadline_ms;      /* of the call under way */
    redisContext *connection; /* NULL: none */
    struct arena *arena;      /* of one look-up */
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
    length = at[0] == '[' ? strcspn(at, "]/@? \t") : strcspn(at, ":/@? \t");
    /* rule: redis.bracket */
    if (at[0] == '[' && at[length] != ']')
        return false;
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

int redis_url_port(const char *url)
{
    struct place place;

    return parse(url, &place) && place.path == NULL ? place.port : 0;
}

struct redis *redis_create(const char *url, const char *password, int timeout_ms)
{
    struct redis *redis = calloc(1, sizeof(*redis));

    if (redis != NULL) {
        redis->url = url;
        redis->password = password;
        redis->timeout_ms = timeout_ms;
        redis->arena = arena_create(ARENA_MAX_BYTES);
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
    arena_free(redis->arena);
    free(redis);
}

/* Redis knows the password, and what says that it is Redis could repeat it. */
static bool fail(struct redis *redis, const char *what, const char *error)
{
    if (redis->password != NULL && redis->password[0] != '\0' && strstr(error, redis->password) != NULL)
        error = "an error that has the password in it";
    snprintf(redis->error, sizeof(redis->error), "%s: %s", what, error);
    hang_up(redis);
    return false;
}

/* Waits until the connection can be read or written. False: the time is over. */
static bool wait_for(const struct redis *redis, short events, int64_t deadline_ms)
{
    struct pollfd ready = { .fd = redis->connection->fd, .events = events };
    int count;

    do
        count = poll(&ready, 1, clock_remaining_ms(deadline_ms));
    while (count < 0 && errno == EINTR);
    return count > 0;
}

/* True where there is something to read before anything was asked: the other side has hung up, or has said
 * more than it was asked for. */
static bool is_stale(const struct redis *redis)
{
    return wait_for(redis, POLLIN, 0);
}

static bool send_all(struct redis *redis, const char *what, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent;

        if (!wait_for(redis, POLLOUT, redis->deadline_ms))
            return fail(redis, what, "no answer in time");
        sent = send(redis->connection->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return fail(redis, what, strerror(errno));
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        }
    }
    return true;
}

/* Reads a piece of the answer, of which `length` bytes have come, into the parser. */
static bool receive_piece(struct redis *redis, const char *what, size_t *length)
{
    char piece[PIECE_BYTES];
    ssize_t got;

    if (!wait_for(redis, POLLIN, redis->deadline_ms))
        return fail(redis, what, "no answer in time");
    got = recv(redis->connection->fd, piece, sizeof(piece), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got <= 0)
        return fail(redis, what, got == 0 ? "it hung up" : strerror(errno));
    /* No answer to what is asked here is a list, for which the parser would allot as much as it is told. */
    /* rule: redis.answer_kind */
    if (*length == 0 && strchr("+-:$", piece[0]) == NULL)
        return fail(redis, what, "not an answer of Redis");
    *length += (size_t)got;
    /* rule: redis.answer_length */
    if (*length > ANSWER_MAX_BYTES)
        return fail(redis, what, "an answer without end");
    redisReaderFeed(redis->connection->reader, piece, (size_t)got);
    return true;
}

/* The answer to the command that was sent; NULL: there was none. The caller frees it. */
static redisReply *receive(struct redis *redis, const char *what)
{
    redisReader *reader = redis->connection->reader;
    void *reply = NULL;
    size_t length = 0;

    while (reply == NULL) {
        if (!receive_piece(redis, what, &length))
            return NULL;
        if (redisReaderGetReply(reader, &reply) != REDIS_OK) {
            fail(redis, what, reader->errstr);
            return NULL;
        }
    }
    /* rule: redis.one_answer */
    if (reader->pos < reader->len) {
        fail(redis, what, "more than one answer");
        freeReplyObject(reply);
        return NULL;
    }
    return reply;
}

/* Sends a command of count words; its answer, an error of Redis included. NULL: there was none. */
static redisReply *ask(struct redis *redis, int count, const char **words)
{
    char *command;
    int length = redisFormatCommandArgv(&command, count, words, NULL);
    bool sent;

    if (length < 0) {
        fail(redis, words[0], "out of memory");
        return NULL;
    }
    sent = send_all(redis, words[0], command, (size_t)length);
    redisFreeCommand(command);
    return sent ? receive(redis, words[0]) : NULL;
}

/* Sends a command of count words. False unless Redis answers it without an error. */
static bool command(struct redis *redis, int count, const char **words)
{
    redisReply *reply = ask(redis, count, words);
    bool done = reply != NULL && reply->type != REDIS_REPLY_ERROR;

    if (reply != NULL && !done)
        fail(redis, words[0], reply->str);
    freeReplyObject(reply);
    return done;
}

/* Connects to a path or to the text of an address, until the deadline. */
static bool connect_to(struct redis *redis, const char *path, const char *address, int port,
                       int64_t deadline_ms)
{
    int error = 0;
    socklen_t length = sizeof(error);

    redis->connection = path != NULL ? redisConnectUnixNonBlock(path) : redisConnectNonBlock(address, port);
    if (redis->connection == NULL)
        return fail(redis, "connect", "out of memory");
    if (redis->connection->err != 0)
        return fail(redis, "connect", redis->connection->errstr);
    if (!wait_for(redis, POLLOUT, deadline_ms))
        return fail(redis, "connect", "no answer in time");
    if (getsockopt(redis->connection->fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
        error = errno;
    if (error != 0)
        return fail(redis, "connect", strerror(error));
    redis->error[0] = '\0'; /* of an address before this one */
    return true;
}

/* Tries the addresses of a host one after the other, each with its share of the time. */
static bool connect_to_host(struct redis *redis, const struct place *place)
{
    const char *addresses[ADDRESSES_MAX];
    int count = resolve_name(redis->arena, place->host, clock_remaining_ms(redis->deadline_ms), SHARE_NONE,
                             addresses, ADDRESSES_MAX);
    bool connected = false;

    if (count <= 0)
        fail(redis, "connect", "its name has no address");
    for (int i = 0; i < count && !connected; i++)
        connected = connect_to(redis, NULL, addresses[i], place->port,
                               clock_monotonic_ms() + clock_remaining_ms(redis->deadline_ms) / (count - i));
    arena_reset(redis->arena);
    return connected;
}

static bool dial(struct redis *redis)
{
    struct place place;
    char database[16];

    if (!parse(redis->url, &place))
        return fail(redis, "connect", "not a Redis URL");
    if (place.path != NULL ? !connect_to(redis, place.path, NULL, 0, redis->deadline_ms)
                           : !connect_to_host(redis, &place))
        return false;
    if (redis->password != NULL && !command(redis, 2, (const char *[]){ "AUTH", redis->password }))
        return false;
    snprintf(database, sizeof(database), "%d", place.database);
    return place.database == 0 || command(redis, 2, (const char *[]){ "SELECT", database });
}

/* What every call begins with. */
static bool begin(struct redis *redis)
{
    redis->error[0] = '\0';
    redis->deadline_ms = clock_monotonic_ms() + redis->timeout_ms;
    /* rule: redis.stale */
    if (redis->connection != NULL && is_stale(redis))
        hang_up(redis);
    return redis->connection != NULL || dial(redis);
}

bool redis_publish(struct redis *redis, const char *channel, const char *message)
{
    return begin(redis) && command(redis, 3, (const char *[]){ "PUBLISH", channel, message });
}

bool redis_set(struct redis *redis, const char *key, const char *text, int64_t seconds)
{
    char life[24];

    snprintf(life, sizeof(life), "%" PRId64, seconds);
    return begin(redis) && command(redis, 5, (const char *[]){ "SET", key, text, "EX", life });
}

/* What an answer to GET says. */
static enum redis_answer read_answer(struct redis *redis, const redisReply *reply, char *text, size_t size)
{
    if (reply->type == REDIS_REPLY_NIL)
        return REDIS_SILENT;
    /* rule: redis.wrong_type */
    if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "WRONGTYPE", 9) == 0) {
        snprintf(redis->error, sizeof(redis->error), "it holds no text");
        return REDIS_UNFIT;
    }
    if (reply->type != REDIS_REPLY_STRING) {
        fail(redis, "GET", reply->type == REDIS_REPLY_ERROR ? reply->str : "not an answer to it");
        return REDIS_FAILED;
    }
    /* rule: redis.text */
    if (reply->len >= size || memchr(reply->str, '\0', reply->len) != NULL) {
        snprintf(redis->error, sizeof(redis->error), "it holds %zu bytes", reply->len);
        return REDIS_UNFIT;
    }
    memcpy(text, reply->str, reply->len);
    text[reply->len] = '\0';
    return REDIS_TEXT;
}

enum redis_answer redis_get(struct redis *redis, const char *key, char *text, size_t size)
{
    enum redis_answer answer = REDIS_FAILED;
    redisReply *reply = begin(redis) ? ask(redis, 2, (const char *[]){ "GET", key }) : NULL;

    if (reply != NULL)
        answer = read_answer(redis, reply, text, size);
    freeReplyObject(reply);
    return answer;
}

const char *redis_error(const struct redis *redis)
{
    return redis->error;
}
