/* The kinds of processes that a responder is made of, in one table, and the one way in which each of them
 * starts and ends. The master (server/master.h) forks those that the table counts; src/rigger.c starts the
 * ones that serve alone. What a process then does is its own file's: worker.c, background.c, verifier.c,
 * programs.c. */
#ifndef RIGGER_SERVER_PROCESS_H
#define RIGGER_SERVER_PROCESS_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "db/connection.h"
#include "exchange/pool.h"
#include "launch/target.h"
#include "metrics/scoreboard.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum process_kind {
    PROCESS_FAST,
    PROCESS_SLOW,
    PROCESS_BACKGROUND,
    PROCESS_VERIFIER,
    PROCESS_PROGRAMS,
    PROCESS_MASTERED_COUNT, /* those before it live under a master, those behind it serve alone */
    PROCESS_BARE = PROCESS_MASTERED_COUNT, /* on a socket that a FastCGI process manager made */
    PROCESS_CGI,                           /* one request */
    PROCESS_KIND_COUNT
};

/* A process as it knows itself. */
struct process {
    enum process_kind kind;
    struct config *config;         /* its own: process_run wipes what it does not need of it */
    int listener;                  /* where requests come from; -1: no requests */
    struct scoreboard_slot *slot;  /* where the master sees what is in hand; NULL: nobody looks */
    int peer;                      /* the connection that the request in hand came by; -1: none */
    int door;                      /* to the process of programs, or its own end; -1: there is none */
    pid_t master;                  /* whose death drains this process; 0: none */
    struct db *db;                 /* this and what follows is made by process_run */
    struct target_reader *targets; /* NULL: no Redis tells them, or it takes no requests */
    struct arena *arena;
};

/* "fast", "background", …: in the log, in the metrics, and in systemd's FileDescriptorName. */
const char *process_name(enum process_kind kind);

/* The pool whose requests it takes. POOL_ANY: all requests, or, under a master, none. */
enum pool process_pool(enum process_kind kind);

/* How many of them the configuration wants under a master. */
size_t process_count(enum process_kind kind, const struct config *config);

/* The path of a pool's socket. The kind must have one. */
const char *process_socket(enum process_kind kind, const struct config *config);

/* Once, before the first fork or request: tells the metrics what routes and processes are called. */
void process_prepare(void);

/* What the master and every other process do at their start, and the master again at a reload: the log's
 * level and the process's name in it, core dumps as configured, SIGTERM when the parent dies. master: the
 * parent that must still be there; 0: none. */
void process_settle(const struct config *config, const char *name, pid_t master);

/* How long a request may take before its process is killed, at most, in ms: a web server has to wait longer.
 */
int64_t process_longest_wait_ms(const struct config *config);

/* Runs a process from its start to its end: kind, config, listener, slot, door and master are set. Signals
 * are blocked while it works, except in a CGI program. Returns the exit code: 0 done, EXIT_NO_MEMORY. */
int process_run(struct process *process) MUST_CHECK;

/* Takes a piece of work in hand, and is done with it. In between the master kills the process when the kind's
 * limit has passed: returns that deadline, on clock_monotonic_ms. */
int64_t process_begin(const struct process *process);
void process_end(const struct process *process);

/* True if SIGTERM has come while signals were blocked. */
bool process_is_told_to_stop(void) MUST_CHECK;

/* Waits until SIGTERM comes, or so long. True: it came. */
bool process_wait_for_stop(int64_t ms) MUST_CHECK;

#endif
