/* No transaction is open here: each call of the database is one. What comes between the reservation and the
 * stored challenge is undone by undo_claim or, where even that fails, by the reaper. */
#include "launch/claim.h"

#include "core/log.h"
#include "launch/challenge.h"
#include "launch/checks.h"
#include "json/json.h"

#include <inttypes.h>

enum status claim_check(struct exchange *exchange, enum refusal *failure, const char **chute_id)
{
    const struct db_describe_claim_in in = { .config_id = exchange->path[0] };
    bool checks = checks_are_configured(exchange->config, LAUNCH_CLAIM);
    const struct db_describe_claim_out *facts;
    struct db_describe_claim_rows rows;
    enum status status;

    *failure = REFUSAL_NONE;
    *chute_id = NULL;
    if (!checks && exchange->targets == NULL)
        return STATUS_OK;
    status = db_describe_claim(exchange->db, exchange->arena, &in, &rows);
    if (status != STATUS_OK || rows.count == 0)
        return status;
    facts = rows.row;
    if (exchange->targets != NULL && facts->job_id == NULL)
        *chute_id = facts->chute_id;
    if (!checks)
        return STATUS_OK;
    return checks_run(
        &(struct launch){
            .config = exchange->config,
            .arena = exchange->arena,
            .deadline_ms = exchange->deadline_ms,
            .config_id = exchange->path[0],
            .seed = facts->seed,
            .body = exchange->body,
            .seed_in_command = facts->seed_in_command.value,
            .digest_with_claim = facts->digest_with_claim.value,
            .image_id = facts->image_id,
            .patch_version = facts->patch_version,
            .filename = facts->filename,
            .env_key = facts->env_key,
            .ref_str = facts->ref_str,
            .hotkey = facts->miner_hotkey,
            .code = facts->code,
            .environment_rules = facts->environment_rules,
        },
        LAUNCH_CLAIM, failure);
}

static enum status store(struct exchange *exchange, const char *instance_id, const struct proof_gpu *gpu,
                         const char *algorithm, const struct proof_challenge *challenge,
                         struct db_store_challenge_out *stored)
{
    const struct db_store_challenge_in in = {
        .config_id = exchange->path[0],
        .instance_id = instance_id,
        .gpu_uuid = gpu->uuid,
        .algorithm = algorithm,
        .seed = arena_printf(exchange->arena, "%" PRIu64, challenge->seed),
        .iterations = db_integer(gpu->iterations),
        .kept = challenge->kept == NULL
                    ? NULL
                    : json_object_to_json_string_ext(challenge->kept, JSON_C_TO_STRING_PLAIN),
    };

    return db_store_challenge(exchange->db, exchange->arena, &in, stored);
}

static void undo(struct exchange *exchange, const char *instance_id)
{
    const struct db_undo_claim_in in = { .config_id = exchange->path[0], .instance_id = instance_id };

    if (db_undo_claim(exchange->db, exchange->arena, &in) != STATUS_OK)
        log_event(LOG_LEVEL_WARNING, "a claim could not be undone; the reaper will do it");
}

/* Where the provider may take longer than the limit of a claim without a challenge, the reservation is held
 * for as long as this process may live. */
static enum status hold(struct exchange *exchange, const char *instance_id, int64_t wait_ms)
{
    const struct db_hold_claim_in in = {
        .instance_id = instance_id,
        .lease_ms = db_integer(exchange->config->server.slow_deadline_ms + wait_ms),
    };

    return wait_ms == 0 ? STATUS_OK : db_hold_claim(exchange->db, exchange->arena, &in);
}

enum status claim_challenge(struct exchange *exchange, const char *instance_id, const char *symmetric_key,
                            const struct db_claim_launch_config_out *claim)
{
    const struct proof_algorithm *algorithm = proof_algorithm_configured(exchange->config);
    const struct proof_gpu gpu = {
        .uuid = claim->gpu_uuid,
        .device_info = claim->device_info,
        .iterations = claim->iterations.value,
    };
    struct proof_context context = { .config = exchange->config, .arena = exchange->arena };
    int64_t wait_ms = proof_wait_ms(algorithm, exchange->config);
    struct proof_challenge challenge;
    struct db_store_challenge_out stored;
    enum status status = STATUS_UNAVAILABLE;

    exchange_postpone(exchange, wait_ms);
    context.deadline_ms = exchange->deadline_ms - LAUNCH_ANSWER_MARGIN_MS;
    if (algorithm != NULL)
        status = hold(exchange, instance_id, wait_ms);
    if (status == STATUS_OK)
        status = algorithm->make(&context, &gpu, symmetric_key, &challenge);
    if (status == STATUS_OK)
        status = store(exchange, instance_id, &gpu, algorithm->name, &challenge, &stored);
    if (status != STATUS_OK) {
        undo(exchange, instance_id);
        return STATUS_UNAVAILABLE;
    }
    if (!exchange_refused(exchange, stored.refusal, NULL))
        response_json(
            exchange->response, exchange->arena, 200,
            challenge_describe(exchange->arena, exchange->path[0], claim->job_id, &gpu, &challenge));
    return STATUS_OK;
}
