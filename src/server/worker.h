/* A worker: one process, one request at a time. */
#ifndef RIGGER_SERVER_WORKER_H
#define RIGGER_SERVER_WORKER_H

#include "config/config.h"
#include "core/attributes.h"
#include "metrics/scoreboard.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EXIT_RENEWED 0 /* drained, or served its number of requests */

struct worker {
    const struct config *config;
    const char *role; /* "fast", "slow", "bare": goes into the log */
    int listener;
    int64_t deadline_ms;          /* for one request */
    struct scoreboard_slot *slot; /* NULL: nobody watches */
    pid_t master;                 /* 0: none; its death drains the worker */
};

/* Serves until it is told to stop (SIGTERM, the master's death) or has served worker_requests. Returns the
 * exit code. Signals are taken between requests only. */
int worker_run(const struct worker *worker) MUST_CHECK;

/* Serves the one request of a CGI process. Returns the exit code. */
int worker_run_cgi(const struct config *config) MUST_CHECK;

/* What the master and each of its children do at their start, and the master once more at a reload: core
 * dumps as configured, SIGTERM when the master dies. master: 0 where there is none. */
void worker_settle(const struct config *config, pid_t master);

/* For a child that blocks all signals: waits until SIGTERM comes, or so long. True: it came. */
bool worker_wait_for_stop(int64_t ms) MUST_CHECK;

#endif
