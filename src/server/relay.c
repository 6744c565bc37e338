/* Takes events as the consumer "redis relay", publishes and acknowledges them. That Redis is away goes into
 * the log once, and that it is back once more. */
#include "server/relay.h"

#include "core/clock.h"
#include "core/log.h"
#include "db/calls.h"
#include "metrics/metrics.h"
#include "net/redis.h"
#include "server/process.h"

#include <stdlib.h>

#define CONSUMER         "redis relay"
#define REDIS_AWAY       "Redis does not take them"
#define BATCH            200 /* events */
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
        log_event(LOG_LEVEL_ERROR, "events wait in the database, Redis does not take them: %s",
                  redis_error(relay->redis));
    relay->away = true;
    relay->pause_until_ms = clock_monotonic_ms() + PAUSE_MS;
}

static void note_success(struct relay *relay)
{
    if (relay->away)
        log_event(LOG_LEVEL_INFO, "Redis takes events again");
    relay->away = false;
}

/* Publishes the messages in order, up to the first failure. The last event that was published whole; null:
 * none. */
static struct db_integer publish(struct relay *relay, const struct db_take_messages_rows *taken)
{
    struct db_integer published = { .present = false };

    for (int i = 0; i < taken->count; i++) {
        const struct db_take_messages_out *message = &taken->row[i];

        if (message->channel != NULL && !redis_publish(relay->redis, message->channel, message->message)) {
            note_failure(relay);
            return published;
        }
        if (i + 1 == taken->count || taken->row[i + 1].event_id.value != message->event_id.value) {
            published = message->event_id;
            metrics_count(METRICS_EVENTS_PUBLISHED, message->channel != NULL);
        }
    }
    note_success(relay);
    return published;
}

bool relay_run(struct relay *relay, struct db *db, struct arena *arena, const char **error)
{
    const struct db_take_messages_in in = { .consumer = CONSUMER, .count = db_integer(BATCH) };
    struct db_acknowledge_events_in done = { .consumer = CONSUMER };
    struct db_acknowledge_events_out known;
    struct db_take_messages_rows taken;

    while (!process_is_told_to_stop() && clock_remaining_ms(relay->pause_until_ms) == 0) {
        if (db_take_messages(db, arena, &in, &taken) != STATUS_OK)
            return false;
        if (taken.count == 0)
            return true;
        done.event_id = publish(relay, &taken);
        if (db_acknowledge_events(db, arena, &done, &known) != STATUS_OK)
            return false;
        arena_reset(arena);
    }
    *error = REDIS_AWAY;
    return false;
}
