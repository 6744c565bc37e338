/* Accepts a connection, serves its request, closes it, and begins again. Every wait has an end: a signal ends
 * the accept, the socket's limits end reads and writes, and the master ends a request that takes too long. */
#include "server/worker.h"

#include "core/log.h"
#include "server/aside.h"
#include "server/pipeline.h"
#include "server/process.h"
#include "server/transport_cgi.h"
#include "server/transport_fcgi.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

static volatile sig_atomic_t told_to_stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    told_to_stop = 1;
}

/* Signals stay blocked but while we wait for a connection, so that none cuts a read short. */
static void take_signals(sigset_t *waiting)
{
    struct sigaction stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &ignore, NULL); /* the master decides on Ctrl-C */
    sigaction(SIGHUP, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGUSR1, &ignore, NULL);
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

static void serve_connection(struct process *process, int fd)
{
    int64_t deadline_ms = process_begin(process);
    struct fcgi_connection *connection = fcgi_open(fd, process->config->server.io_timeout_ms);

    if (connection != NULL) {
        process->peer = fd;
        pipeline_serve(process, fcgi_transport(connection), deadline_ms);
        process->peer = -1;
        fcgi_close(connection);
    }
    process_end(process);
}

int worker_run(struct process *process)
{
    int64_t served = 0, limit = process->config->server.worker_requests;
    sigset_t waiting;
    int fd;

    if (!fcgi_prepare()) {
        log_event(LOG_LEVEL_ERROR, "the FastCGI library cannot be started: there is no memory");
        return EXIT_FAILURE;
    }
    take_signals(&waiting);
    while (!told_to_stop && (limit == 0 || served < limit)) {
        fd = accept_next(process->listener, &waiting);
        if (fd < 0)
            continue;
        serve_connection(process, fd);
        served++;
        if (aside_is(process))
            break;
    }
    return EXIT_SUCCESS;
}

int worker_run_cgi(struct process *process)
{
    pipeline_serve(process, cgi_transport(), process_begin(process));
    return EXIT_SUCCESS;
}
