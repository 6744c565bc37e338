/* Says and counts what became of a process. Starts none. */
#include "server/watch.h"

#include "core/log.h"
#include "metrics/metrics.h"
#include "metrics/scoreboard.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

bool watch_death(enum process_kind kind, pid_t pid, int state)
{
    bool clean = WIFEXITED(state) && WEXITSTATUS(state) == EXIT_SUCCESS;

    if (!clean && WIFSIGNALED(state))
        log_event(LOG_LEVEL_WARNING,
                  "the %s process %ld was ended by signal %d (%s); another takes its place",
                  process_name(kind), (long)pid, WTERMSIG(state), strsignal(WTERMSIG(state)));
    else if (!clean)
        log_event(LOG_LEVEL_WARNING, "the %s process %ld ended with status %d; another takes its place",
                  process_name(kind), (long)pid, WEXITSTATUS(state));
    if (!clean)
        metrics_count(METRICS_WORKER_DEATHS, 1);
    return clean;
}

void watch_kill_overdue(enum process_kind kind, pid_t pid, struct scoreboard_slot *slot, int64_t now_ms)
{
    if (pid == 0 || !scoreboard_is_overdue(slot, now_ms))
        return;
    log_event(
        LOG_LEVEL_ERROR,
        "the %s process %ld is past the deadline of what it has in hand, and is killed; another takes its "
        "place",
        process_name(kind), (long)pid);
    scoreboard_end(slot);
    metrics_count(METRICS_WORKERS_KILLED, 1);
    kill(pid, SIGKILL);
}
