/* Redis may say anything: a target is decimal digits and nothing else, and not beyond TARGET_MAX. What is no
 * target is a matter of that key; what is no answer is a matter of Redis, which is left alone for a while. */
#include "launch/target.h"

#include "core/clock.h"
#include "core/log.h"
#include "core/outage.h"
#include "metrics/metrics.h"
#include "net/redis.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAUSE_MS          3000  /* after a failure */
#define COMPLAIN_MS       60000 /* between two lines of the log about keys that hold no target */
#define KEY_MAX_BYTES     256   /* of a chute's id; a UUID has 36 */
#define TARGET_MAX_DIGITS 7     /* of TARGET_MAX */

struct target_reader {
    struct redis *redis;
};

static struct known {
    struct outage outage;
    _Atomic int64_t complain_ms; /* on clock_monotonic_ms, from when a key that holds no target may be told */
} own, *known = &own;

bool target_reader_share(void)
{
    void *memory = mmap(NULL, sizeof(*known), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return false;
    known = memory;
    return true;
}

struct target_reader *target_reader_create(const struct config *config)
{
    struct target_reader *reader = calloc(1, sizeof(*reader));

    if (reader == NULL)
        return NULL;
    reader->redis = redis_create(config->capacity.redis_url, config->capacity.redis_password.text,
                                 (int)config->capacity.redis_timeout_ms);
    if (reader->redis == NULL) {
        free(reader);
        return NULL;
    }
    return reader;
}

void target_reader_free(struct target_reader *reader)
{
    if (reader == NULL)
        return;
    redis_free(reader->redis);
    free(reader);
}

static void note_failure(const struct target_reader *reader)
{
    metrics_count(METRICS_TARGETS_AWAY, 1);
    if (outage_begin(&known->outage, PAUSE_MS))
        log_event(LOG_LEVEL_ERROR, "targets are those of the capacity log, Redis does not tell them: %s",
                  redis_error(reader->redis));
}

/* What the key holds is not for the log: whoever can write there could write into it. */
static void note_unfit(const char *chute_id, const char *what)
{
    int64_t now_ms = clock_monotonic_ms(), complain_ms = atomic_load(&known->complain_ms);

    metrics_count(METRICS_TARGETS_UNFIT, 1);
    if (now_ms >= complain_ms &&
        atomic_compare_exchange_strong(&known->complain_ms, &complain_ms, now_ms + COMPLAIN_MS))
        log_event(LOG_LEVEL_WARNING,
                  "the target of chute %s in Redis is none (%s), that of the capacity log counts; write a "
                  "number there or delete the key",
                  chute_id, what);
}

/* A number from 0 to TARGET_MAX in decimal digits; null: it is none. */
static struct db_integer parse(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    long long value;

    /* rule: target.digits */
    if (digits == 0 || digits > TARGET_MAX_DIGITS || text[digits] != '\0')
        return (struct db_integer){ .present = false };
    value = strtoll(text, NULL, 10);
    /* rule: target.largest */
    return value > TARGET_MAX ? (struct db_integer){ .present = false } : db_integer(value);
}

struct db_integer target_read(struct target_reader *reader, const char *chute_id)
{
    struct db_integer none = { .present = false }, target;
    char key[sizeof(TARGET_KEY_PREFIX) + KEY_MAX_BYTES], text[64];
    enum redis_answer answer;

    if (reader == NULL || strlen(chute_id) > KEY_MAX_BYTES)
        return none;
    if (!outage_may_ask(&known->outage, PAUSE_MS)) {
        metrics_count(METRICS_TARGETS_PAUSED, 1);
        return none;
    }
    snprintf(key, sizeof(key), TARGET_KEY_PREFIX "%s", chute_id);
    answer = redis_get(reader->redis, key, text, sizeof(text));
    if (answer == REDIS_FAILED) {
        note_failure(reader);
        return none;
    }
    if (outage_end(&known->outage))
        log_event(LOG_LEVEL_INFO, "Redis tells the targets again");
    /* Some clients write an empty text where they have nothing to say; the Python service takes it as none.
     */
    if (answer == REDIS_SILENT || (answer == REDIS_TEXT && text[0] == '\0')) {
        metrics_count(METRICS_TARGETS_SILENT, 1);
        return none;
    }
    target = answer == REDIS_TEXT ? parse(text) : none;
    if (target.present)
        metrics_count(METRICS_TARGETS_READ, 1);
    else
        note_unfit(chute_id,
                   answer == REDIS_TEXT ? "no number from 0 to 1000000" : redis_error(reader->redis));
    return target;
}
