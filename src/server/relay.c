/* A consumer of events whose work is to publish. Redis being away is said once, and once more when it is
 * back. */
#include "server/relay.h"

#include "core/clock.h"
#include "core/log.h"
#include "db/statements.h"
#include "metrics/metrics.h"
#include "net/redis.h"

#include <stdlib.h>

#define CONSUMER         "redis relay"
#define BATCH            "200"
#define REDIS_TIMEOUT_MS 2000
#define PAUSE_MS         5000 /* after a failure: the reaper shares this process */

struct relay {
    struct redis *redis;
    int64_t pause_until_ms;
    bool away;
};

struct relay *relay_create(const struct config *config)
{
    struct relay *relay = calloc(1, sizeof(*relay));

    if (relay == NULL)
        return NULL;
    relay->redis =
        redis_create(config->events.redis_url, config->events.redis_password.text, REDIS_TIMEOUT_MS);
    if (relay->redis == NULL) {
        free(relay);
        return NULL;
    }
    return relay;
}

void relay_free(struct relay *relay)
{
    if (relay == NULL)
        return;
    redis_free(relay->redis);
    free(relay);
}

static void note_failure(struct relay *relay)
{
    if (!relay->away)
        log_event(LOG_LEVEL_ERROR, "events wait: Redis does not take them: %s", redis_error(relay->redis));
    relay->away = true;
    relay->pause_until_ms = clock_monotonic_ms() + PAUSE_MS;
}

static void note_success(struct relay *relay)
{
    if (relay->away)
        log_event(LOG_LEVEL_INFO, "Redis takes events again");
    relay->away = false;
}

/* Publishes the messages in order, up to the first failure. The last event that was published whole; NULL:
 * none. */
static const char *publish(struct relay *relay, const struct db_rows *rows)
{
    const char *published = NULL;

    for (int row = 0; row < rows->count; row++) {
        int64_t event = db_integer(rows, row, "event_id");

        if (!redis_publish(relay->redis, db_text(rows, row, "channel"), db_text(rows, row, "message"))) {
            note_failure(relay);
            return published;
        }
        if (row + 1 == rows->count || db_integer(rows, row + 1, "event_id") != event) {
            published = db_text(rows, row, "event_id");
            metrics_count(METRICS_EVENTS_PUBLISHED, 1);
        }
    }
    note_success(relay);
    return published;
}

void relay_run(struct relay *relay, struct db *db, struct arena *arena)
{
    struct db_rows taken, acknowledged;
    bool more = true;

    while (more && clock_remaining_ms(relay->pause_until_ms) == 0) {
        if (db_call(db, arena, &statement_take_messages, (const char *[]){ CONSUMER, BATCH }, &taken) !=
            STATUS_OK)
            return;
        more = taken.count > 0;
        if (more && db_call(db, arena, &statement_acknowledge_events,
                            (const char *[]){ CONSUMER, publish(relay, &taken) }, &acknowledged) != STATUS_OK)
            return;
        arena_reset(arena);
    }
}
