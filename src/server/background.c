/* Periodic duties, one after the other in one process; a duty that fails is tried again in its next round. */
#include "server/background.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "db/connection.h"
#include "db/statements.h"
#include "server/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define ARENA_MAX_BYTES ((size_t)16 << 20)

struct duty {
    int64_t interval_ms, next_ms;
    void (*run)(struct db *db, struct arena *arena);
};

static void reap(struct db *db, struct arena *arena)
{
    struct db_rows rows;

    if (db_call(db, arena, &statement_reap, NULL, &rows) != STATUS_OK)
        return;
    for (int i = 0; i < rows.count; i++)
        log_event(LOG_LEVEL_INFO, "reaped %s %s: %s", db_text(&rows, i, "kind"), db_text(&rows, i, "id"),
                  db_text(&rows, i, "reason"));
}

/* Waits for SIGTERM until the next duty is due. True: it came. */
static bool wait_for_stop(int64_t until_ms)
{
    int left_ms = clock_remaining_ms(until_ms);
    struct timespec limit = { .tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000L };
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    return sigtimedwait(&stop, NULL, &limit) == SIGTERM;
}

int background_run(const struct config *config, pid_t master)
{
    struct duty duties[] = { { .interval_ms = config->background.reap_interval_ms, .run = reap } };
    struct arena *arena = arena_create(ARENA_MAX_BYTES);
    struct db *db = db_create(config);
    sigset_t all;

    log_configure((enum log_level)worker_log_level(config), "background");
    if (db == NULL)
        return EXIT_NO_MEMORY;
    signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    worker_settle(master);
    for (;;) {
        int64_t next_ms = INT64_MAX;

        for (size_t i = 0; i < sizeof(duties) / sizeof(duties[0]); i++) {
            if (clock_remaining_ms(duties[i].next_ms) == 0) {
                duties[i].run(db, arena);
                arena_reset(arena);
                duties[i].next_ms = clock_monotonic_ms() + duties[i].interval_ms;
            }
            if (duties[i].next_ms < next_ms)
                next_ms = duties[i].next_ms;
        }
        if (wait_for_stop(next_ms))
            break;
    }
    db_free(db);
    arena_free(arena);
    return EXIT_SUCCESS;
}
