/* Takes a connection whose request has come, serves it, closes it, and begins again. Every wait has an end: a
 * signal ends that in the lobby, limits end reads and writes, and the master ends a request that takes too
 * long. */
#include "server/worker.h"

#include "confine/confine.h"
#include "core/log.h"
#include "server/aside.h"
#include "server/intake.h"
#include "server/lobby.h"
#include "server/pipeline.h"
#include "server/process.h"
#include "server/transport_cgi.h"
#include "server/transport_fcgi.h"

#include <signal.h>
#include <stdlib.h>

static void serve_connection(struct process *process, int fd, bool whole)
{
    const struct fcgi_limits limits = { .io_ms = process->config->server.io_timeout_ms,
                                        .body_ms = process->config->server.body_timeout_ms };
    int64_t deadline_ms = process_begin(process);
    struct fcgi_connection *connection = fcgi_open(fd, whole, &limits);

    if (connection != NULL) {
        process->peer = fd;
        pipeline_serve(process, fcgi_transport(connection), deadline_ms);
        process->peer = -1;
        fcgi_close(connection);
    }
    process_end(process);
}

/* Until the worker is told to stop or has served its share, and nobody is in the lobby any more; or until it
 * has stepped aside, when another serves in its place. */
static void serve(struct process *process, struct lobby *lobby, const sigset_t *waiting)
{
    int64_t served = 0, limit = process->config->server.worker_requests;
    bool whole = false;
    int fd;

    while (lobby->listener >= 0 || lobby->count > 0) {
        bool aged = process->master == 0 && confine_has_aged(process->config);

        if (intake_is_over() || aged || (limit != 0 && served >= limit))
            lobby_close(lobby);
        fd = lobby_next(lobby, waiting, &whole);
        if (fd < 0)
            continue;
        serve_connection(process, fd, whole);
        served++;
        if (aside_is(process))
            return;
    }
}

int worker_run(struct process *process)
{
    const struct config *config = process->config;
    struct lobby lobby;
    sigset_t waiting;

    if (!fcgi_prepare()) {
        log_event(LOG_LEVEL_ERROR, "the FastCGI library cannot be started: there is no memory");
        return EXIT_FAILURE;
    }
    intake_begin(&waiting);
    if (!lobby_open(&lobby, process->listener, config->server.head_timeout_ms,
                    config->server.body_timeout_ms))
        return EXIT_FAILURE;
    serve(process, &lobby, &waiting);
    lobby_clear(&lobby);
    return EXIT_SUCCESS;
}

int worker_run_cgi(struct process *process)
{
    pipeline_serve(process, cgi_transport(), process_begin(process));
    return EXIT_SUCCESS;
}
