/* How many instances a chute should have, as the network's autoscaler says it: Redis, key scale:{chute}. The
 * endpoints that ask the capacity rule read it before they call the function that decides, with no
 * transaction open, and hand it in. Where Redis is silent or away they hand in null, and the function goes
 * by capacity_log. */
#ifndef RIGGER_LAUNCH_TARGET_H
#define RIGGER_LAUNCH_TARGET_H

#include "config/config.h"
#include "core/attributes.h"
#include "db/value.h"

#include <stdbool.h>

/* What a chute's key begins with, and the largest target that is believed. */
#define TARGET_KEY_PREFIX "scale:"
#define TARGET_MAX        1000000

struct target_reader;

/* Puts what is known of Redis, whether it is away, into memory that this process shares with those that it
 * forks: one of them waits for it, not each. False: no memory. */
bool target_reader_share(void) MUST_CHECK;

/* Prepares a reader; connects at the first read. The config must outlive it, and its capacity.redis_url is
 * not empty. NULL where memory is out. */
struct target_reader *target_reader_create(const struct config *config) MUST_CHECK;
void target_reader_free(struct target_reader *reader);

/* The target of a chute; null: Redis does not say one, whatever the reason. Takes at most
 * capacity.redis_timeout_ms, and no time at all for some seconds after a failure. reader NULL: none is
 * configured. */
struct db_integer target_read(struct target_reader *reader, const char *chute_id) MUST_CHECK;

#endif
