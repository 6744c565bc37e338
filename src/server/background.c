/* The duties run one after the other, each at its own interval. One that fails is tried again when its
 * interval has passed once more. */
#include "server/background.h"

#include "core/arena.h"
#include "core/clock.h"
#include "core/log.h"
#include "db/calls.h"
#include "db/connection.h"
#include "metrics/metrics.h"
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
    char *warnings;               /* what the log has told already, a line each; NULL: nothing */
};

struct duty {
    int64_t interval_ms, next_ms;
    void (*run)(struct background *background);
};

static void reap(struct background *background)
{
    struct db_reap_rows reaped;

    if (db_reap(background->db, background->arena, &reaped) != STATUS_OK)
        return;
    for (int i = 0; i < reaped.count; i++) {
        const struct db_reap_out *row = &reaped.row[i];

        log_event(LOG_LEVEL_INFO, "reaped %s %s: %s", row->kind, row->id, row->reason);
        metrics_count(strcmp(row->kind, "instance") == 0 ? METRICS_INSTANCES_REAPED : METRICS_CONFIGS_REAPED,
                      1);
    }
}

static void prune(struct background *background)
{
    const struct db_prune_events_in in = {
        .older_than =
            arena_printf(background->arena, "%" PRId64 " hours", background->config->events.keep_hours),
    };
    struct db_prune_events_out out;

    if (db_prune_events(background->db, background->arena, &in, &out) == STATUS_OK && out.returned.value > 0)
        log_event(LOG_LEVEL_INFO, "forgot %" PRId64 " old events", out.returned.value);
}

/* Each once, when it comes up. */
static void warn(struct background *background)
{
    const char *told = background->warnings != NULL ? background->warnings : "", *all = "";
    struct db_warnings_rows found;

    if (db_warnings(background->db, background->arena, &found) != STATUS_OK)
        return;
    for (int i = 0; i < found.count; i++) {
        const char *line = arena_printf(background->arena, "%s\n", found.row[i].warning);

        if (strstr(told, line) == NULL)
            log_event(LOG_LEVEL_ERROR, "%s", found.row[i].warning);
        all = arena_printf(background->arena, "%s%s", all, line);
    }
    free(background->warnings);
    background->warnings = strdup(all);
}

static void relay(struct background *background)
{
    if (background->relay != NULL)
        relay_run(background->relay, background->db, background->arena);
}

static void relay_targets(struct background *background)
{
    if (background->targets != NULL)
        target_relay_run(background->targets, background->db, background->arena);
}

/* When the next of the duties is due, those that are due now done. */
static int64_t run_due(struct background *background, struct duty *duties, size_t count)
{
    int64_t next_ms = INT64_MAX;

    for (size_t i = 0; i < count; i++) {
        if (clock_remaining_ms(duties[i].next_ms) == 0) {
            duties[i].run(background);
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
    struct duty duties[] = {
        { .interval_ms = config->background.reap_interval_ms, .run = reap },
        { .interval_ms = config->events.relay_interval_ms, .run = relay },
        { .interval_ms = config->events.relay_interval_ms, .run = relay_targets },
        { .interval_ms = PRUNE_INTERVAL_MS, .run = prune },
        { .interval_ms = config->background.reap_interval_ms, .run = warn },
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
