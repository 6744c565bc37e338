/* The process that verifies instances of old SDKs in the background. */
#ifndef RIGGER_SERVER_VERIFIER_H
#define RIGGER_SERVER_VERIFIER_H

#include "config/config.h"
#include "core/attributes.h"
#include "metrics/scoreboard.h"

#include <sys/types.h>

/* Verifies what is queued, one at a time, until SIGTERM or the master's death. Returns the exit code. */
int verifier_run(const struct config *config, struct scoreboard_slot *slot, pid_t master) MUST_CHECK;

#endif
