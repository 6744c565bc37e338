/* Takes one verification at a time under a lease, so that what a dead process held is another's. Told to
 * stop, it gives back what it has in hand. */
#include "server/verifier.h"

#include "core/arena.h"
#include "core/encode.h"
#include "core/log.h"
#include "db/connection.h"
#include "db/statements.h"
#include "metrics/metrics.h"
#include "old_sdk/verify.h"
#include "server/process.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

static bool should_stop(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}

/* The next one. False: there is none, or no database. */
static bool take(const struct config *config, struct db *db, struct arena *arena, const char *worker_id,
                 struct db_rows *rows)
{
    const char *lease = arena_printf(arena, "%" PRId64 " milliseconds",
                                     config->background.verify_deadline_ms + VERIFIER_GRACE_MS);

    return db_call(db, arena, &statement_take_verification, (const char *[]){ worker_id, lease }, rows) ==
               STATUS_OK &&
           rows->count == 1;
}

static void finish(struct db *db, struct arena *arena, const char *worker_id, const struct db_rows *taken,
                   enum old_sdk_verdict verdict, enum refusal failure)
{
    static const char *const outcomes[] = { "passed", "failed", "unjudged" };
    struct db_rows rows;

    const char *text = verdict == OLD_SDK_FAILED ? refusal_text(arena, failure, NULL) : NULL;

    log_event(LOG_LEVEL_INFO, "background verification of %s: %s%s%s", db_text(taken, 0, "instance_id"),
              outcomes[verdict], text != NULL ? ": " : "", text != NULL ? text : "");
    if (db_call(db, arena, &statement_finish_background_verification,
                (const char *[]){ db_text(taken, 0, "verification_id"), worker_id, outcomes[verdict], text },
                &rows) != STATUS_OK)
        return; /* the lease ends, and another looks again */
    if (!db_boolean(&rows, 0, "finished"))
        log_event(LOG_LEVEL_INFO, "that verification is another's by now, or its instance is gone");
    else if (verdict != OLD_SDK_UNJUDGED)
        metrics_count(verdict == OLD_SDK_PASSED ? METRICS_VERIFICATIONS_PASSED : METRICS_VERIFICATIONS_FAILED,
                      1);
}

/* False: there was nothing to do. */
static bool verify_next(const struct config *config, struct db *db, struct arena *arena)
{
    char worker_id[UUID_TEXT_BYTES];
    struct old_sdk_instance instance;
    enum old_sdk_verdict verdict;
    enum refusal failure = REFUSAL_NONE;
    struct db_rows taken;

    uuid4_text(worker_id);
    if (!take(config, db, arena, worker_id, &taken))
        return false;
    instance = (struct old_sdk_instance){
        .host = db_text(&taken, 0, "host"),
        .address = db_text(&taken, 0, "address"),
        .port = db_integer(&taken, 0, "port"),
        .symmetric_key = db_text(&taken, 0, "symmetric_key"),
        .hotkey = db_text(&taken, 0, "miner_hotkey"),
        .sdk_version = db_text(&taken, 0, "chutes_version"),
        .code = db_text(&taken, 0, "code"),
        .filename = db_text(&taken, 0, "filename"),
        .ref_str = db_text(&taken, 0, "ref_str"),
        .gpus = db_text(&taken, 0, "gpus"),
        .challenges = db_text(&taken, 0, "challenges"),
    };
    verdict = old_sdk_verify(config, arena, &instance, should_stop, &failure);
    finish(db, arena, worker_id, &taken, verdict, failure);
    return verdict != OLD_SDK_UNJUDGED;
}

int verifier_run(struct process *process)
{
    const struct config *config = process->config;
    bool enabled = config->launch.validator_seed.text != NULL;
    int64_t pause_ms = 0;

    while (!process_wait_for_stop(pause_ms)) {
        process_begin(process);
        pause_ms = enabled && verify_next(config, process->db, process->arena)
                       ? 0
                       : config->background.verify_interval_ms;
        process_end(process);
        arena_reset(process->arena);
    }
    return EXIT_SUCCESS;
}
