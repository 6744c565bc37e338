/* What a worker does: it serves requests, one at a time. Called by process_run alone (server/process.h). */
#ifndef RIGGER_SERVER_WORKER_H
#define RIGGER_SERVER_WORKER_H

#include "core/attributes.h"

struct process;

/* Serves what comes to the process's listener, until it is told to stop (SIGTERM) or has served
 * server.worker_requests. Signals are taken between requests only. Returns the exit code. */
int worker_run(struct process *process) MUST_CHECK;

/* Serves the one request of a CGI program. Returns the exit code. */
int worker_run_cgi(struct process *process) MUST_CHECK;

#endif
