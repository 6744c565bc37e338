/* A worker whose wait lasts steps aside, so that it does not keep others from being served: it gives up its
 * connection to the database and asks the master, which forks another worker into its place; the one aside
 * finishes its request, answers it, and ends. docs/decisions/0016 says why. Called by process.c and worker.c;
 * what they register is called out of the waits of those who ask networks and programs (core/waiting.h). */
#ifndef RIGGER_SERVER_ASIDE_H
#define RIGGER_SERVER_ASIDE_H

#include "core/attributes.h"

#include <stdbool.h>

struct process;

/* At the start of a process: what its long waits do, and when its waits for the database end. A process
 * without a master waits in its place, and to the end. */
void aside_prepare(struct process *process);

/* After a request. True: another process has taken this one's place, and it has to end. */
bool aside_is(const struct process *process) MUST_CHECK;

#endif
