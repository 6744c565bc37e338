/* The background worker: duties that come round, such as the reaper. */
#ifndef RIGGER_SERVER_BACKGROUND_H
#define RIGGER_SERVER_BACKGROUND_H

#include "config/config.h"
#include "core/attributes.h"

#include <sys/types.h>

/* Does its duties until SIGTERM or the master's death. Returns the exit code. */
int background_run(const struct config *config, pid_t master) MUST_CHECK;

#endif
