/* What the master does about a process of its own that has died or that is overdue: it says so in the log,
 * and counts. Called by master.c and asides.c. */
#ifndef RIGGER_SERVER_WATCH_H
#define RIGGER_SERVER_WATCH_H

#include "metrics/scoreboard.h"
#include "server/process.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A process has ended; state: as waitpid tells. True if it ended as it should. */
bool watch_death(enum process_kind kind, pid_t pid, int state);

/* Kills it if what it has in hand is overdue. pid 0: nobody lives there. */
void watch_kill_overdue(enum process_kind kind, pid_t pid, struct scoreboard_slot *slot, int64_t now_ms);

#endif
