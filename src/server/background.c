/* The duties run one after the other, each at its own interval. One that fails is tried again when its
 * interval has passed once more. */
#include "server/background.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "db/calls.h"
#include "db/connection.h"
#include "metrics/metrics.h"
#include "server/duty.h"
#include "server/process.h"
#include "server/relay.h"
#include "server/target_relay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PRUNE_INTERVAL_MS 60000
#define LENGTH(of)        (sizeof(of) / sizeof((of)[0]))

struct background {
    const struct config *config;
    struct db *db;
    struct arena *arena;
    struct relay *relay;          /* NULL: events stay in the database */
    struct target_relay *targets; /* NULL: targets do */
    const char *error;            /* of the duty that has just failed; NULL: the database's */
    char *warnings;               /* what the log has told already, a line each; NULL: nothing */
};

struct duty {
    int64_t interval_ms, next_ms;
    bool (*run)(struct background *background); /* false: it failed */
    enum metrics_duty noted;
    bool is_noted;
};

static bool reap(struct background *background)
{
    struct db_reap_rows reaped;

    if (db_reap(background->db, background->arena, &reaped) != STATUS_OK)
        return false;
    for (int i = 0; i < reaped.count; i++) {
        const struct db_reap_out *row = &reaped.row[i];

        log_event(LOG_LEVEL_INFO, "reaped %s %s: %s", row->kind, row->id, row->reason);
        metrics_count(strcmp(row->kind, "instance") == 0 ? METRICS_INSTANCES_REAPED : METRICS_CONFIGS_REAPED,
                      1);
    }
    return true;
}

static bool prune(struct background *background)
{
    const struct db_prune_events_in in = {
        .older_than =
            arena_printf(background->arena, "%" PRId64 " hours", background->config->events.keep_hours),
    };
    struct db_prune_events_out out;

    if (db_prune_events(background->db, background->arena, &in, &out) != STATUS_OK)
        return false;
    if (out.returned.value > 0)
        log_event(LOG_LEVEL_INFO, "forgot %" PRId64 " old events", out.returned.value);
    return true;
}

/* Each once, when it comes up. */
static bool warn(struct background *background)
{
    const char *told = background->warnings != NULL ? background->warnings : "", *all = "";
    struct db_warnings_rows found;

    if (db_warnings(background->db, background->arena, &found) != STATUS_OK)
        return false;
    for (int i = 0; i < found.count; i++) {
        const char *line = arena_printf(background->arena, "%s\n", found.row[i].warning);

        if (strstr(told, line) == NULL)
            log_event(LOG_LEVEL_ERROR, "%s", found.row[i].warning);
        all = arena_printf(background->arena, "%s%s", all, line);
    }
    free(background->warnings);
    background->warnings = strdup(all);
    return true;
}

static bool relay(struct background *background)
{
    return background->relay == NULL ||
           relay_run(background->relay, background->db, background->arena, &background->error);
}

static bool relay_targets(struct background *background)
{
    return background->targets == NULL ||
           target_relay_run(background->targets, background->db, background->arena, &background->error);
}

/* When the next of the duties is due, those that are due now done. */
static int64_t run_due(struct background *background, struct duty *duties, size_t count)
{
    int64_t next_ms = INT64_MAX;
    bool done;

    for (size_t i = 0; i < count; i++) {
        if (clock_remaining_ms(duties[i].next_ms) == 0) {
            background->error = NULL;
            done = duties[i].run(background);
            if (duties[i].is_noted)
                duty_note(duties[i].noted, done, background->error, background->db, background->arena);
            arena_reset(background->arena);
            duties[i].next_ms = clock_monotonic_ms() + duties[i].interval_ms;
        }
        if (duties[i].next_ms < next_ms)
            next_ms = duties[i].next_ms;
    }
    return next_ms;
}

int background_run(struct process *process)
{
    const struct config *config = process->config;
    int64_t relay_ms = config->events.relay_interval_ms, reap_ms = config->background.reap_interval_ms;
    struct duty duties[] = {
        { .interval_ms = reap_ms, .run = reap, .noted = METRICS_DUTY_REAPER, .is_noted = true },
        { .interval_ms = relay_ms, .run = relay, .noted = METRICS_DUTY_RELAY, .is_noted = true },
        { .interval_ms = relay_ms,
          .run = relay_targets,
          .noted = METRICS_DUTY_TARGET_RELAY,
          .is_noted = true },
        { .interval_ms = PRUNE_INTERVAL_MS, .run = prune, .noted = METRICS_DUTY_PRUNER, .is_noted = true },
        { .interval_ms = reap_ms, .run = warn },
    };
    struct background background = { .config = config, .db = process->db, .arena = process->arena };

    if (config->events.redis_url[0] != '\0') {
        background.relay = relay_create(config);
        if (background.relay == NULL)
            return EXIT_NO_MEMORY;
    }
    if (config->capacity.redis_url[0] != '\0') {
        background.targets = target_relay_create(config);
        if (background.targets == NULL)
            return EXIT_NO_MEMORY;
    }
    while (!process_wait_for_stop(clock_remaining_ms(run_due(&background, duties, LENGTH(duties)))))
        ;
    free(background.warnings);
    target_relay_free(background.targets);
    relay_free(background.relay);
    return EXIT_SUCCESS;
}
