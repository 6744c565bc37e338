/* What the background process does: duties that come round, such as the reaper. Called by process_run alone
 * (server/process.h). */
#ifndef RIGGER_SERVER_BACKGROUND_H
#define RIGGER_SERVER_BACKGROUND_H

#include "core/attributes.h"

struct process;

/* Does its duties until SIGTERM. Returns the exit code. */
int background_run(struct process *process) MUST_CHECK;

#endif
