/* What keeps a worker from its next connection: a signal, which it looks for between two requests, however
 * many connections wait; and a system that has no descriptor or memory for another, about which it says so in
 * the log and rests, in place of asking again at once. Called by worker.c and lobby.c. */
#ifndef RIGGER_SERVER_INTAKE_H
#define RIGGER_SERVER_INTAKE_H

#include "core/attributes.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Zeroed at first. */
struct intake {
    int64_t rest_ms;   /* the last rest; 0: the last connection came without one */
    int64_t silent_ms; /* on clock_monotonic_ms: no line in the log before */
};

/* Once in a process, all signals blocked and the FastCGI library prepared: from now on SIGTERM ends a wait
 * with that mask, and signals that are the master's business are ignored. */
void intake_begin(sigset_t *waiting);

/* True once SIGTERM has come. */
bool intake_is_over(void) MUST_CHECK;

/* No connection could be taken, for that reason of errno. Where the kernel would say so again at once this
 * rests, longer each time, or until SIGTERM comes. */
void intake_failed(struct intake *intake, int error, const sigset_t *waiting);

/* One was. */
void intake_succeeded(struct intake *intake);

#endif
