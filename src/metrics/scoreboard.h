/* What the master knows of its workers: a slot each in shared memory, written by the worker, read by the
 * master. */
#ifndef RIGGER_METRICS_SCOREBOARD_H
#define RIGGER_METRICS_SCOREBOARD_H

#include "core/attributes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scoreboard_pool {
    SCOREBOARD_EMPTY = 0,
    SCOREBOARD_FAST,
    SCOREBOARD_SLOW,
    SCOREBOARD_BACKGROUND,
    SCOREBOARD_VERIFIER,
    SCOREBOARD_POOL_COUNT
};

struct scoreboard_slot {
    _Atomic int pool; /* enum scoreboard_pool: what lives here */
    _Atomic int64_t
        deadline_ms; /* on clock_monotonic_ms: when the request in hand is overdue; 0: none in hand */
};

/* An array of count slots in memory that children share; NULL: no memory. Kept until the process ends. */
struct scoreboard_slot *scoreboard_create(size_t count) MUST_CHECK;

/* A worker takes a request in hand, and is done with it. */
void scoreboard_begin(struct scoreboard_slot *slot, int64_t deadline_ms);
void scoreboard_end(struct scoreboard_slot *slot);

/* True if the request in hand is past its deadline. */
bool scoreboard_is_overdue(const struct scoreboard_slot *slot, int64_t now_ms);

bool scoreboard_is_busy(const struct scoreboard_slot *slot);

/* A new worker moves in, nothing in hand; SCOREBOARD_EMPTY: the last one has ended. */
void scoreboard_occupy(struct scoreboard_slot *slot, enum scoreboard_pool pool);

/* What lives in a slot, and the pool's name for people. */
enum scoreboard_pool scoreboard_pool(const struct scoreboard_slot *slot);
const char *scoreboard_pool_name(enum scoreboard_pool pool);

#endif
