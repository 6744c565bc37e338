/* Publishes to Redis, and sets and reads keys there. The only user of hiredis, and of it only the protocol:
 * a time limit has to hold for all that a call waits for, whatever the other side does, and hiredis has one
 * for each wait. One handle belongs to one thread, and the process ignores SIGPIPE. */
#ifndef RIGGER_NET_REDIS_H
#define RIGGER_NET_REDIS_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redis;

/* True for redis://host, redis://host:port, either with /database, and unix:/path. */
bool redis_url_is_valid(const char *url);

/* The TCP port that a valid URL leads to; 0: a Unix socket. */
int redis_url_port(const char *url);

/* Prepares a handle; connects at the first call. timeout_ms bounds each call as a whole: looking up the
 * host's name, connecting, the password, and the answer. url and password (NULL: none) must outlive it. NULL
 * where memory is out. */
struct redis *redis_create(const char *url, const char *password, int timeout_ms) MUST_CHECK;
void redis_free(struct redis *redis);

/* Publishes a message and waits until Redis has taken it. False: it may or may not have; redis_error says
 * why, and the next call connects anew. */
bool redis_publish(struct redis *redis, const char *channel, const char *message) MUST_CHECK;

/* Sets a key to a text that Redis forgets after so many seconds (from 1). False: as redis_publish. */
bool redis_set(struct redis *redis, const char *key, const char *text, int64_t seconds) MUST_CHECK;

enum redis_answer {
    REDIS_FAILED, /* no answer, or one that says that Redis does not serve us; the next call connects anew */
    REDIS_SILENT, /* there is no such key */
    REDIS_TEXT,   /* what it holds is in `text` */
    REDIS_UNFIT   /* it holds something else: no text, one with a NUL, or one that `text` has no room for */
};

/* Reads what a key holds into text, which has room for size bytes. redis_error says what is wrong with
 * REDIS_FAILED and REDIS_UNFIT. */
enum redis_answer redis_get(struct redis *redis, const char *key, char *text, size_t size) MUST_CHECK;

/* What was wrong with the last call, for a log; "" where nothing was. Valid until the next. */
const char *redis_error(const struct redis *redis);

#endif
