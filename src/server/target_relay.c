/* Takes events as a consumer, sets targets and acknowledges. Whether a target was set, or only may have been,
 * it is set again after a failure: the newest one of a chute is the one that stands. */
#include "server/target_relay.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/outage.h"
#include "db/calls.h"
#include "launch/target.h"
#include "metrics/metrics.h"
#include "net/redis.h"
#include "server/process.h"

#include <inttypes.h>
#include <stdlib.h>

#define REDIS_AWAY       "Redis does not take them"
#define BATCH            200 /* events */
#define REDIS_TIMEOUT_MS 2000
#define PAUSE_MS         5000  /* after a failure: the reaper shares this process */
#define BATCH_MS         20000 /* well below what a consumer may take to acknowledge */

struct target_relay {
    struct redis *redis;
    struct outage outage;
};

struct target_relay *target_relay_create(const struct config *config)
{
    struct target_relay *relay = calloc(1, sizeof(*relay));

    if (relay == NULL)
        return NULL;
    relay->redis =
        redis_create(config->capacity.redis_url, config->capacity.redis_password.text, REDIS_TIMEOUT_MS);
    if (relay->redis == NULL) {
        free(relay);
        return NULL;
    }
    return relay;
}

void target_relay_free(struct target_relay *relay)
{
    if (relay == NULL)
        return;
    redis_free(relay->redis);
    free(relay);
}

static bool set(struct target_relay *relay, struct arena *arena, const struct db_take_targets_out *target)
{
    const char *key = arena_printf(arena, TARGET_KEY_PREFIX "%s", target->chute_id);
    const char *text = arena_printf(arena, "%" PRId64, target->target_count.value);

    if (redis_set(relay->redis, key, text, target->seconds.value)) {
        if (outage_end(&relay->outage))
            log_event(LOG_LEVEL_INFO, "Redis takes targets again");
        metrics_count(METRICS_TARGETS_SET, 1);
        return true;
    }
    if (outage_begin(&relay->outage, PAUSE_MS))
        log_event(LOG_LEVEL_ERROR, "targets wait in the database, Redis does not take them: %s",
                  redis_error(relay->redis));
    return false;
}

/* Sets the targets in order, up to the first failure. The last event that is done with; null: none. */
static struct db_integer set_all(struct target_relay *relay, struct arena *arena,
                                 const struct db_take_targets_rows *taken)
{
    int64_t until_ms = clock_monotonic_ms() + BATCH_MS;
    struct db_integer done = { .present = false };

    for (int i = 0; i < taken->count && clock_remaining_ms(until_ms) > 0; i++) {
        if (taken->row[i].chute_id != NULL && !set(relay, arena, &taken->row[i]))
            break;
        done = taken->row[i].event_id;
    }
    return done;
}

bool target_relay_run(struct target_relay *relay, struct db *db, struct arena *arena, const char **error)
{
    const struct db_take_targets_in in = { .consumer = TARGET_RELAY_CONSUMER, .count = db_integer(BATCH) };
    struct db_acknowledge_events_in done = { .consumer = TARGET_RELAY_CONSUMER };
    struct db_acknowledge_events_out known;
    struct db_take_targets_rows taken;

    while (!process_is_told_to_stop() && outage_may_ask(&relay->outage, PAUSE_MS)) {
        if (db_take_targets(db, arena, &in, &taken) != STATUS_OK)
            return false;
        if (taken.count == 0)
            return true;
        done.event_id = set_all(relay, arena, &taken);
        if (db_acknowledge_events(db, arena, &done, &known) != STATUS_OK)
            return false;
        arena_reset(arena);
    }
    *error = REDIS_AWAY;
    return false;
}
