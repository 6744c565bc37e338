/* Publishes to Redis, and does nothing else with it. The only user of hiredis. One handle belongs to one
 * thread, and the process ignores SIGPIPE. */
#ifndef RIGGER_NET_REDIS_H
#define RIGGER_NET_REDIS_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

struct redis;

/* True for redis://host, redis://host:port, either with /database, and unix:/path. */
bool redis_url_is_valid(const char *url);

/* Prepares a handle; connects at the first message. timeout_ms bounds connecting, and each wait for an
 * answer. url and password (NULL: none) must outlive it. NULL where memory is out. */
struct redis *redis_create(const char *url, const char *password, int timeout_ms) MUST_CHECK;
void redis_free(struct redis *redis);

/* Publishes a message and waits until Redis has taken it. False: it may or may not have; redis_error says
 * why, and the next message connects anew. */
bool redis_publish(struct redis *redis, const char *channel, const char *message) MUST_CHECK;

/* Why the last message was not published, for a log; "" where it was. Valid until the next. */
const char *redis_error(const struct redis *redis);

#endif
