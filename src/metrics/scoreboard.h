/* What the master knows of its processes: a slot each in shared memory. The master says who lives there, the
 * process when its work in hand is overdue; the master and the metrics read both. Kinds of processes are
 * numbers here; server/process.h has the table. */
#ifndef RIGGER_METRICS_SCOREBOARD_H
#define RIGGER_METRICS_SCOREBOARD_H

#include "core/attributes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scoreboard_slot {
    _Atomic size_t tenant; /* the kind of the process that lives here, plus one; 0: nobody */
    _Atomic int64_t
        deadline_ms; /* on clock_monotonic_ms: when the work in hand is overdue; 0: none in hand */
};

/* An array of count empty slots in memory that children share; NULL: no memory. Kept until the process ends.
 */
struct scoreboard_slot *scoreboard_create(size_t count) MUST_CHECK;

/* A process takes work in hand, and is done with it. */
void scoreboard_begin(struct scoreboard_slot *slot, int64_t deadline_ms);
void scoreboard_end(struct scoreboard_slot *slot);

/* True if the work in hand is past its deadline. */
bool scoreboard_is_overdue(const struct scoreboard_slot *slot, int64_t now_ms);

bool scoreboard_is_busy(const struct scoreboard_slot *slot);

/* A new process of that kind moves in, with nothing in hand; the last one has ended. */
void scoreboard_occupy(struct scoreboard_slot *slot, size_t kind);
void scoreboard_vacate(struct scoreboard_slot *slot);

/* True if a process lives there; *kind: of which kind. */
bool scoreboard_is_occupied(const struct scoreboard_slot *slot, size_t *kind) MUST_CHECK;

#endif
