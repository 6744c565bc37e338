/* What the master knows of its workers: a slot each in shared memory, written by the worker, read by the
 * master. */
#ifndef RIGGER_SERVER_SCOREBOARD_H
#define RIGGER_SERVER_SCOREBOARD_H

#include "core/attributes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scoreboard_slot {
    _Atomic int64_t
        deadline_ms; /* on clock_monotonic_ms: when the request in hand is overdue; 0: none in hand */
    _Atomic uint64_t requests; /* answered since the slot's worker began */
};

/* An array of count slots in memory that children share; NULL: no memory. Kept until the process ends. */
struct scoreboard_slot *scoreboard_create(size_t count) MUST_CHECK;

/* A worker takes a request in hand, and is done with it. */
void scoreboard_begin(struct scoreboard_slot *slot, int64_t deadline_ms);
void scoreboard_end(struct scoreboard_slot *slot);

/* True if the request in hand is past its deadline. */
bool scoreboard_is_overdue(const struct scoreboard_slot *slot, int64_t now_ms);

/* Empties a slot for its next worker. */
void scoreboard_clear(struct scoreboard_slot *slot);

#endif
