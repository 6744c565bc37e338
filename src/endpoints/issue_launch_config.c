/* GET /instances/launch_config: a miner asks for a launch token. The rules (chute, capacity, job) are in the
 * SQL function; here the token is signed over what it returned. */
#include "auth/launch_token.h"
#include "core/bounds.h"
#include "core/clock.h"
#include "core/encode.h"
#include "db/calls.h"
#include "endpoints/refusals.h"
#include "endpoints/registry.h"
#include "launch/target.h"
#include "json/json.h"

#include <sodium.h>

#define ENV_KEY_BYTES 16

static const struct field query_fields[] = {
    { .name = "chute_id",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_NAME),
      .doc = "The chute to launch." },
    { .name = "job_id",
      .type = FIELD_TEXT,
      .nullable = true,
      FIELD_AT_MOST(BOUND_NAME),
      .doc = "The job to run, for a chute with jobs." },
    { .type = FIELD_END },
};

static char *sign_token(struct exchange *exchange, const struct db_issue_launch_config_out *issued)
{
    struct launch_token token = {
        .config_id = issued->config_id,
        .env_key = issued->env_key,
        .url = arena_printf(exchange->arena, "%s/instances/launch_config/%s",
                            exchange->config->launch.public_url, issued->config_id),
        .job_id = issued->job_id,
        .disk_gb = issued->disk_gb.value,
        .issued_at_s = issued->issued_at.value,
        .expires_at_s = issued->expires_at.value,
    };
    int64_t ahead_s = token.issued_at_s - clock_unix_seconds();

    /* A database clock ahead of ours must not make a token that we refuse ourselves. */
    if (ahead_s > 0) {
        token.issued_at_s -= ahead_s;
        token.expires_at_s -= ahead_s;
    }
    return launch_token_sign(exchange->arena, exchange->config, &token);
}

static enum status run(struct exchange *exchange)
{
    unsigned char random[ENV_KEY_BYTES];
    char env_key[2 * ENV_KEY_BYTES + 1], config_id[UUID_TEXT_BYTES];
    struct db_issue_launch_config_in in = {
        .hotkey = exchange->caller.hotkey,
        .netuid = db_integer(exchange->config->launch.netuid),
        .signature_hash = exchange_signature_hash(exchange),
        .config_id = config_id,
        .chute_id = json_get_text(exchange->query, "chute_id"),
        .job_id = json_get_text(exchange->query, "job_id"),
        .env_key = env_key,
    };
    struct db_issue_launch_config_out issued;
    enum status status;
    json_object *answer;
    char *token;

    randombytes_buf(random, sizeof(random));
    hex_encode(env_key, random, sizeof(random));
    uuid8_text(config_id); /* tells the web server beside another service who issued it */
    if (in.job_id == NULL)
        in.target = target_read(exchange->targets, in.chute_id);
    status = db_issue_launch_config(exchange->db, exchange->arena, &in, &issued);
    if (status != STATUS_OK || exchange_refused(exchange, issued.refusal, issued.subject))
        return status;

    token = sign_token(exchange, &issued);
    if (token == NULL)
        return STATUS_UNAVAILABLE;
    answer = json_made(json_object_new_object());
    json_put(answer, "token", json_made(json_object_new_string(token)));
    json_put(answer, "config_id", json_made(json_object_new_string(issued.config_id)));
    response_json(exchange->response, exchange->arena, 200, answer);
    return STATUS_OK;
}

static const struct field token_fields[] = {
    { .name = "token",
      .type = FIELD_TEXT,
      .required = true,
      .doc = "The launch token. Its claim exp says until when it is good." },
    { .name = "config_id", .type = FIELD_TEXT, .required = true, .doc = "The launch config it is of." },
    { .type = FIELD_END },
};

static const enum refusal refusals[] = { REFUSAL_CHUTE_NOT_FOUND,  CAPACITY_REFUSALS,
                                         REFUSAL_JOB_NOT_FOUND,    REFUSAL_JOB_FINISHED,
                                         REFUSAL_JOB_TRIED_BEFORE, REFUSAL_JOB_RACE_FULL,
                                         REFUSAL_JOB_TAKEN,        REFUSAL_NONE };

const struct endpoint issue_launch_config = {
    .name = "issue_launch_config",
    .method = HTTP_GET,
    .path = "/instances/launch_config",
    .summary = "Ask for a launch token of a chute.",
    .auth = AUTH_HOTKEY_PURPOSE,
    .purpose = "launch",
    .pool = POOL_FAST,
    .query = query_fields,
    .success = { 200, "A launch token.", token_fields },
    .refusals = refusals,
    .run = run,
};
