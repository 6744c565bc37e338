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

#define SCOREBOARD_NO_TICKET      ((uint64_t)0)
#define SCOREBOARD_TICKET_DRAWING ((uint64_t)1)
#define SCOREBOARD_TICKET_FIRST   ((uint64_t)2)

/* Where a process stands that takes requests. */
enum scoreboard_stand {
    SCOREBOARD_IN_PLACE, /* it is one of its pool's */
    SCOREBOARD_ASKING,   /* the same, and what it waits for lasts: another might take its place */
    SCOREBOARD_ASIDE     /* another has: it finishes what it has in hand, and ends */
};

struct scoreboard_slot {
    _Atomic size_t tenant; /* the kind of the process that lives here, plus one; 0: nobody */
    _Atomic int64_t
        deadline_ms;         /* on clock_monotonic_ms: when the work in hand is overdue; 0: none in hand */
    _Atomic int stand;       /* enum scoreboard_stand */
    _Atomic bool hurried;    /* the responder ends: waits that may take minutes are given up */
    _Atomic int64_t end_ms;  /* on clock_monotonic_ms: when all waits for the database are, too; 0: never */
    _Atomic uint64_t ticket; /* its place in the queue of metrics/turn.h */
};

/* An array of count empty slots in memory that children share; NULL: no memory. Kept until the process ends.
 */
struct scoreboard_slot *scoreboard_create(size_t count) MUST_CHECK;

/* A process takes work in hand, and is done with it. */
void scoreboard_begin(struct scoreboard_slot *slot, int64_t deadline_ms);
void scoreboard_end(struct scoreboard_slot *slot);

/* True if the work in hand is past its deadline. */
bool scoreboard_is_overdue(const struct scoreboard_slot *slot, int64_t now_ms);

/* The work in hand may take so much longer. */
void scoreboard_postpone(struct scoreboard_slot *slot, int64_t ms);

/* A process asks that another take its place; again, while it asks or has stepped aside, is nothing. */
void scoreboard_ask(struct scoreboard_slot *slot);

/* It has done its work. True: it asked in vain or not at all, and goes on in its place; false: it is aside.
 */
bool scoreboard_stay(struct scoreboard_slot *slot) MUST_CHECK;

/* The master lets one step aside. False: it does not ask, or not any more. */
bool scoreboard_let_aside(struct scoreboard_slot *slot) MUST_CHECK;

enum scoreboard_stand scoreboard_stand(const struct scoreboard_slot *slot);

/* The master tells a process to give up waits that may take minutes, and at end_ms (clock_monotonic_ms) those
 * for the database as well; the process looks. */
void scoreboard_hurry(struct scoreboard_slot *slot, int64_t end_ms);
bool scoreboard_is_hurried(const struct scoreboard_slot *slot);

/* When that is; 0: it was not told. */
int64_t scoreboard_end_ms(const struct scoreboard_slot *slot);

bool scoreboard_is_busy(const struct scoreboard_slot *slot);

/* A new process of that kind moves in, with nothing in hand; the last one has ended. */
void scoreboard_occupy(struct scoreboard_slot *slot, size_t kind);
void scoreboard_vacate(struct scoreboard_slot *slot);

/* True if a process lives there; *kind: of which kind. */
bool scoreboard_is_occupied(const struct scoreboard_slot *slot, size_t *kind) MUST_CHECK;

#endif
