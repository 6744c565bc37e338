/* No transaction is open here: each call of the database is one. What comes between the reservation and the
 * stored challenge is undone by undo_claim or, where even that fails, by the reaper. */
#include "launch/claim.h"

#include "attest/host.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/share.h"
#include "launch/challenge.h"
#include "launch/checks.h"
#include "launch/target.h"
#include "json/json.h"
#include "json/json_text.h"

#include <inttypes.h>

/* Runs the checks of the claim. STATUS_OK, with seen->failure unchanged: none failed, or the config cannot be
 * claimed any more, which the reservation will say. */
static enum status run_checks(struct exchange *exchange, struct claim_seen *seen)
{
    const struct db_describe_claim_in in = { .config_id = exchange->path[0] };
    const struct db_describe_claim_out *facts;
    struct db_describe_claim_rows rows;
    enum status status = db_describe_claim(exchange->db, exchange->arena, &in, &rows);

    if (status != STATUS_OK || rows.count == 0)
        return status;
    facts = rows.row;
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
        LAUNCH_CLAIM, &seen->failure);
}

static enum status check(struct exchange *exchange, const struct claim_request *request,
                         const struct db_integer *target, struct db_check_claim_launch_config_out *checked)
{
    const struct db_check_claim_launch_config_in in = {
        .config_id = exchange->path[0],
        .netuid = db_integer(exchange->config->launch.netuid),
        .host = request->host,
        .gpus = request->gpus,
        .port_mappings = request->port_mappings,
        .target = target != NULL ? *target : (struct db_integer){ .present = false },
        .judges_capacity = db_boolean(target != NULL || exchange->targets == NULL),
    };

    return db_check_claim_launch_config(exchange->db, exchange->arena, &in, checked);
}

static enum status look_up(struct exchange *exchange, const char *host, const char *hotkey,
                           struct claim_seen *seen)
{
    const struct host_name name = {
        .name = host,
        .hotkey = hotkey,
        .config_id = exchange->path[0],
        .timeout_ms = clock_remaining_ms(exchange->deadline_ms),
    };
    enum refusal refusal;
    enum status status = host_look_up(exchange->config, exchange->arena, &name, &refusal, &seen->address);

    if (status == STATUS_REFUSED)
        return exchange_refuse(exchange, refusal, NULL);
    seen->host_refusal = refusal;
    return status;
}

/* The host and the checks; one claim of a launch config at a time, so that whoever repeats it holds no more
 * than one worker. */
static enum status look_long(struct exchange *exchange, const char *name, const char *hotkey,
                             struct claim_seen *seen)
{
    const struct share share = { .kind = SHARE_CLAIM, .subject = exchange->path[0], .subject_max = 1 };
    enum status status = STATUS_OK;
    enum share_bound bound;
    int place;

    bound = share_take(&share, &place);
    if (bound != SHARE_WITHIN)
        return exchange_refuse(
            exchange, bound == SHARE_OF_SUBJECT ? REFUSAL_CLAIM_UNDER_WAY : REFUSAL_UNAVAILABLE, NULL);
    if (name != NULL)
        status = look_up(exchange, name, hotkey, seen);
    if (status == STATUS_OK && seen->host_refusal == REFUSAL_NONE &&
        checks_are_configured(exchange->config, LAUNCH_CLAIM))
        status = run_checks(exchange, seen);
    share_leave(place);
    return status;
}

/* Redis is asked twice where much time may pass in between: what it says last counts. */
static enum status look_outside(struct exchange *exchange, const struct claim_request *request, bool is_long,
                                struct claim_seen *seen)
{
    struct db_check_claim_launch_config_out checked;
    const char *name = seen->address == NULL ? request->host : NULL, *chute_id;
    enum status status = check(exchange, request, NULL, &checked);

    if (status != STATUS_OK)
        return status;
    chute_id = exchange->targets != NULL ? checked.chute_id : NULL;
    if (checked.refusal == NULL && chute_id != NULL) {
        seen->target = target_read(exchange->targets, chute_id);
        if (is_long)
            status = check(exchange, request, &seen->target, &checked);
    }
    /* Not looked at: claim_launch_config decides, and fails the config where that is due. */
    if (status == STATUS_OK && checked.refusal != NULL)
        seen->address = NULL;
    if (status != STATUS_OK || checked.refusal != NULL || !is_long)
        return status;
    status = look_long(exchange, name, checked.miner_hotkey, seen);
    if (status == STATUS_OK && chute_id != NULL)
        seen->target = target_read(exchange->targets, chute_id);
    return status;
}

enum status claim_look(struct exchange *exchange, const struct claim_request *request,
                       struct claim_seen *seen)
{
    bool is_long;

    *seen = (struct claim_seen){ .failure = REFUSAL_NONE };
    seen->host_refusal = host_read(exchange->config, exchange->arena, request->host, &seen->address);
    if (seen->host_refusal != REFUSAL_NONE)
        return STATUS_OK;
    is_long = seen->address == NULL || checks_are_configured(exchange->config, LAUNCH_CLAIM);
    if (!is_long && exchange->targets == NULL)
        return STATUS_OK;
    return look_outside(exchange, request, is_long, seen);
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
        .kept = challenge->kept == NULL ? NULL : json_text(exchange->arena, challenge->kept),
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
