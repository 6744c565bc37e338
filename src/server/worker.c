/* Accepts, serves, closes. Every wait has an end: the accept by a signal, reads and writes by the socket's
 * limits, the whole request by the master. */
#include "server/worker.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "server/pipeline.h"
#include "server/transport_cgi.h"
#include "server/transport_fcgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ARENA_MAX_BYTES ((size_t)64 << 20)

static volatile sig_atomic_t told_to_stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    told_to_stop = 1;
}

/* Only the soft limit is moved, so that a reload can turn core dumps on. */
static void limit_core_dumps(bool wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = wanted ? limit.rlim_max : 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
    prctl(PR_SET_DUMPABLE, wanted ? 1 : 0);
}

void worker_settle(const struct config *config, pid_t master)
{
    limit_core_dumps(config->server.core_dumps);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (master != 0 && getppid() != master)
        raise(SIGTERM);
}

bool worker_wait_for_stop(int64_t ms)
{
    struct timespec limit = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000L };
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    return sigtimedwait(&stop, NULL, &limit) == SIGTERM;
}

/* Signals stay blocked but while we wait for a connection, so that none cuts a read short. */
static void take_signals(sigset_t *waiting)
{
    struct sigaction stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };
    sigset_t all;

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &ignore, NULL); /* the master decides on Ctrl-C */
    sigaction(SIGHUP, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGUSR1, &ignore, NULL);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(waiting);
}

/* The next connection; -1: told to stop, or none after all. */
static int accept_next(int listener, const sigset_t *waiting)
{
    struct pollfd ready = { .fd = listener, .events = POLLIN };

    if (ppoll(&ready, 1, NULL, waiting) <= 0 || told_to_stop)
        return -1;
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
}

static void serve_connection(const struct worker *worker, struct responder *responder, int fd)
{
    int64_t deadline_ms = clock_monotonic_ms() + worker->deadline_ms;
    struct fcgi_connection *connection;

    if (worker->slot != NULL)
        scoreboard_begin(worker->slot, deadline_ms);
    connection = fcgi_open(fd, worker->config->server.io_timeout_ms);
    if (connection != NULL) {
        pipeline_serve(responder, fcgi_transport(connection), deadline_ms);
        fcgi_close(connection);
    }
    if (worker->slot != NULL)
        scoreboard_end(worker->slot);
}

static bool prepare_responder(struct responder *responder, const struct config *config)
{
    *responder = (struct responder){
        .config = config,
        .db = db_create(config),
        .arena = arena_create(ARENA_MAX_BYTES),
    };
    return responder->db != NULL;
}

static void end_responder(struct responder *responder)
{
    db_free(responder->db);
    arena_free(responder->arena);
}

int worker_run(const struct worker *worker)
{
    struct responder responder;
    sigset_t waiting;
    int64_t served = 0, limit = worker->config->server.worker_requests;
    int fd;

    log_configure(worker->config->server.log_level, worker->role);
    if (!fcgi_prepare() || !prepare_responder(&responder, worker->config)) {
        log_event(LOG_LEVEL_ERROR, "out of memory at the start");
        return EXIT_NO_MEMORY;
    }
    take_signals(&waiting);
    worker_settle(worker->config, worker->master);
    while (!told_to_stop && (limit == 0 || served < limit)) {
        fd = accept_next(worker->listener, &waiting);
        if (fd < 0)
            continue;
        serve_connection(worker, &responder, fd);
        served++;
    }
    end_responder(&responder);
    return EXIT_RENEWED;
}

int worker_run_cgi(const struct config *config)
{
    struct responder responder;

    log_configure(config->server.log_level, "cgi");
    signal(SIGPIPE, SIG_IGN);
    if (!prepare_responder(&responder, config))
        return EXIT_NO_MEMORY;
    pipeline_serve(&responder, cgi_transport(), clock_monotonic_ms() + config->server.slow_deadline_ms);
    end_responder(&responder);
    return EXIT_SUCCESS;
}
