/* Publishes events to Redis, where the socket servers of the Chutes network listen. The background process
 * calls it at an interval, where [events] redis_url is set. */
#ifndef RIGGER_SERVER_RELAY_H
#define RIGGER_SERVER_RELAY_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "db/connection.h"

#include <stdbool.h>

struct relay;

/* NULL where memory is out. The config must outlive it; its events.redis_url is not empty. */
struct relay *relay_create(const struct config *config) MUST_CHECK;
void relay_free(struct relay *relay);

/* Publishes what has come since the last time. What Redis did not take stays in the outbox, in order, for the
 * next time; an event is acknowledged only when all its messages were taken.
 * False: the database failed, or Redis does, whose error is then what *error says. */
bool relay_run(struct relay *relay, struct db *db, struct arena *arena, const char **error) MUST_CHECK;

#endif
