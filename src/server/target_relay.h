/* Sets the targets of administrators in the Redis that holds the targets of chutes, where the Python service
 * of a network and launch/target.h read them. The background process calls it at an interval, where
 * [capacity] redis_url is set; riggerctl asks how far it is. */
#ifndef RIGGER_SERVER_TARGET_RELAY_H
#define RIGGER_SERVER_TARGET_RELAY_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "db/connection.h"

#include <stdbool.h>

/* What it is called as a consumer of events. */
#define TARGET_RELAY_CONSUMER "target relay"

struct target_relay;

/* NULL where memory is out. The config must outlive it; its capacity.redis_url is not empty. */
struct target_relay *target_relay_create(const struct config *config) MUST_CHECK;
void target_relay_free(struct target_relay *relay);

/* Sets what has come since the last time. What Redis did not take is handed out again the next time; where a
 * chute has got a newer target by then, that one. False: as
 * relay_run (server/relay.h). */
bool target_relay_run(struct target_relay *relay, struct db *db, struct arena *arena,
                      const char **error) MUST_CHECK;

#endif
