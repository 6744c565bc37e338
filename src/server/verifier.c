/* Takes one verification at a time, under a lease: when a process dies the lease of its verification ends,
 * and another process takes it. A verifier that is told to stop gives back what it has in hand. */
#include "server/verifier.h"

#include "attest/proof.h"
#include "core/arena.h"
#include "core/encode.h"
#include "core/log.h"
#include "db/calls.h"
#include "db/connection.h"
#include "metrics/metrics.h"
#include "old_sdk/verify.h"
#include "server/duty.h"
#include "server/process.h"

#include <inttypes.h>
#include <stdlib.h>

/* The next one. False: there is none, or no database. */
static bool take(const struct config *config, struct db *db, struct arena *arena, const char *worker_id,
                 struct db_take_verification_rows *taken)
{
    const struct db_take_verification_in in = {
        .worker_id = worker_id,
        .lease = arena_printf(arena, "%" PRId64 " milliseconds",
                              config->background.verify_deadline_ms + proof_longest_wait_ms(config) +
                                  VERIFIER_GRACE_MS),
    };

    bool done = db_take_verification(db, arena, &in, taken) == STATUS_OK;

    duty_note(METRICS_DUTY_VERIFIER, done, NULL, db, arena);
    return done && taken->count == 1;
}

static void finish(struct db *db, struct arena *arena, const char *worker_id,
                   const struct db_take_verification_out *taken, enum old_sdk_verdict verdict,
                   enum refusal failure)
{
    static const char *const results[] = { "passed", "failed", "unjudged" };
    const struct db_finish_background_verification_in in = {
        .verification_id = taken->verification_id,
        .worker_id = worker_id,
        .result = results[verdict],
        .failure = verdict == OLD_SDK_FAILED ? refusal_code(failure) : NULL,
    };
    struct db_finish_background_verification_out out;

    log_event(LOG_LEVEL_INFO, "background verification of %s: %s%s%s", taken->instance_id, in.result,
              in.failure != NULL ? ": " : "", in.failure != NULL ? refusal_text(arena, failure, NULL) : "");
    if (db_finish_background_verification(db, arena, &in, &out) != STATUS_OK)
        return; /* the lease ends, and another looks again */
    if (!out.returned.value)
        log_event(LOG_LEVEL_INFO,
                  "that verification came too late: its lease has ended, or its instance is gone");
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
    struct db_take_verification_rows taken;

    uuid4_text(worker_id);
    if (!take(config, db, arena, worker_id, &taken))
        return false;
    instance = (struct old_sdk_instance){
        .host = taken.row->host,
        .address = taken.row->address,
        .port = taken.row->port.value,
        .symmetric_key = taken.row->symmetric_key,
        .hotkey = taken.row->miner_hotkey,
        .holds_key = taken.row->holds_key.value,
        .hides_paths = taken.row->hides_paths.value,
        .shows_files = taken.row->shows_files.value,
        .code = taken.row->code,
        .filename = taken.row->filename,
        .ref_str = taken.row->ref_str,
        .gpus = taken.row->gpus,
        .challenges = taken.row->challenges,
    };
    verdict = old_sdk_verify(config, arena, &instance, process_is_told_to_stop, &failure);
    finish(db, arena, worker_id, taken.row, verdict, failure);
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
