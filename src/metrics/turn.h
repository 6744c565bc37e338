/* The turn at a service that does few things at a time: of all processes under one master as many at once as
 * it takes, in the order in which they came. A request's own limit of time then counts what the service does
 * for it, and not what it does for our others before it. A process without a master has nobody to wait for.
 */
#ifndef RIGGER_METRICS_TURN_H
#define RIGGER_METRICS_TURN_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scoreboard_slot;

/* The master, before it forks: the slots of all its processes. */
void turn_share(struct scoreboard_slot *slots, size_t count);

/* A process, at its start: which slot is its own. NULL: none. */
void turn_sit(struct scoreboard_slot *slot);

/* Waits until fewer than `together` of those who came before are still there. False: the deadline
 * (clock_monotonic_ms) came first, or waits are to end (core/waiting.h). With true, turn_leave is due. A
 * process that dies loses its turn when the master vacates its slot. */
bool turn_take(size_t together, int64_t deadline_ms) MUST_CHECK;
void turn_leave(void);

#endif
