/* Signals stay blocked but while we wait, so that none cuts a read short. A wait delivers none where a
 * connection is there already: so the ones that are pending are asked for as well, before each accept. */
#include "server/intake.h"

#include "core/clock.h"
#include "core/log.h"
#include "server/process.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#define REST_MIN_MS 50
#define REST_MAX_MS 1000
#define SILENT_MS   10000

static volatile sig_atomic_t told_to_stop;

static void on_stop(int signal_number)
{
    (void)signal_number;
    told_to_stop = 1;
}

void intake_begin(sigset_t *waiting)
{
    struct sigaction stop = { .sa_handler = on_stop }, ignore = { .sa_handler = SIG_IGN };

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &ignore, NULL); /* the master decides on Ctrl-C */
    sigaction(SIGHUP, &ignore, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGUSR1, &ignore, NULL);
    sigemptyset(waiting);
}

bool intake_is_over(void)
{
    /* rule: intake.pending */
    return told_to_stop || process_is_told_to_stop();
}

/* Another took it, its peer has gone, or a network has told of an error of its own: accept(2). */
static bool is_nothing(int error)
{
    static const int harmless[] = { EAGAIN,    EINTR,  ECONNABORTED, EPROTO,      ENOPROTOOPT, ENETDOWN,
                                    EHOSTDOWN, ENONET, EHOSTUNREACH, ENETUNREACH, EOPNOTSUPP,  EPERM };

    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
        if (error == harmless[i])
            return true;
    }
    return false;
}

void intake_failed(struct intake *intake, int error, const sigset_t *waiting)
{
    int64_t now_ms = clock_monotonic_ms();
    struct timespec limit;

    if (is_nothing(error))
        return;
    if (now_ms >= intake->silent_ms) {
        log_event(
            LOG_LEVEL_ERROR,
            "cannot take a connection, trying again: %s. Look at the limits on open files (LimitNOFILE, "
            "fs.file-max) and on memory",
            strerror(error));
        intake->silent_ms = now_ms + SILENT_MS;
    }
    intake->rest_ms = intake->rest_ms == 0 ? REST_MIN_MS : 2 * intake->rest_ms;
    if (intake->rest_ms > REST_MAX_MS)
        intake->rest_ms = REST_MAX_MS;
    limit =
        (struct timespec){ .tv_sec = intake->rest_ms / 1000, .tv_nsec = intake->rest_ms % 1000 * 1000000 };
    /* rule: intake.rest */
    ppoll(NULL, 0, &limit, waiting);
}

void intake_succeeded(struct intake *intake)
{
    if (intake->rest_ms != 0)
        log_event(LOG_LEVEL_INFO, "connections are taken again");
    intake->rest_ms = 0;
}
