/* What a verifier does: it verifies instances of old SDKs in the background. Called by process_run alone
 * (server/process.h). */
#ifndef RIGGER_SERVER_VERIFIER_H
#define RIGGER_SERVER_VERIFIER_H

#include "core/attributes.h"

#define VERIFIER_GRACE_MS 30000 /* for the database, on top of a verification's own limit */

struct process;

/* Verifies what is queued, one at a time, until SIGTERM. Returns the exit code. */
int verifier_run(struct process *process) MUST_CHECK;

#endif
