/* PUT /instances/launch_config/{config_id}: the pod answers its challenge. One attempt per config: the first
 * one that reaches the answer decides, others wait for its outcome. Every failed check gets the same 403. */
#include "attest/filesystem.h"
#include "attest/ports.h"
#include "attest/proof.h"
#include "auth/launch_token.h"
#include "core/clock.h"
#include "core/encode.h"
#include "core/log.h"
#include "core/version.h"
#include "crypto/aes.h"
#include "db/calls.h"
#include "endpoints/registry.h"
#include "json/json.h"

#include <inttypes.h>
#include <poll.h>
#include <sodium.h>
#include <string.h>

#define ANOTHER_ATTEMPT          102
#define POLL_INTERVAL_MS         100
#define ANSWER_MARGIN_MS         3000 /* for the statement after the checks, before the master loses patience */
#define FILESYSTEM_CLAIM_VERSION "0.3.1" /* since then the digest comes with the claim */

static const struct field body_fields[] = {
    { .name = "response",
      .type = FIELD_TEXT,
      .required = true,
      .doc = "base64 of the answer under the instance's key." },
    { .name = "iv",
      .type = FIELD_TEXT,
      .required = true,
      .doc = "Its initialisation vector, 32 hex digits." },
    { .name = "proof", .type = FIELD_OBJECT, .required = true, .doc = "GPU uuid to {\"work_product\": …}." },
    { .name = "fsv",
      .type = FIELD_TEXT,
      .nullable = true,
      .doc = "Digest of the filesystem, SDK before 0.3.1." },
    { .type = FIELD_END },
};

/* Begins the attempt, waiting for one that is under way. */
static enum status begin(struct exchange *exchange, const char *attempt_id,
                         struct db_begin_verification_out *begun)
{
    const struct db_begin_verification_in in = {
        .config_id = exchange->path[0],
        .attempt_id = attempt_id,
        .lease_ms = db_integer(exchange->config->server.slow_deadline_ms),
        .well_formed = db_boolean(exchange->invalid == NULL),
    };

    for (;;) {
        enum status status = db_begin_verification(exchange->db, exchange->arena, &in, begun);

        if (status != STATUS_OK || begun->status.value != ANOTHER_ATTEMPT)
            return status;
        if (clock_remaining_ms(exchange->deadline_ms) <= 2 * POLL_INTERVAL_MS)
            return STATUS_UNAVAILABLE;
        poll(NULL, 0, POLL_INTERVAL_MS);
    }
}

static bool answer_is_right(struct exchange *exchange, const struct db_begin_verification_out *begun)
{
    const char *response = json_get_text(exchange->body, "response");
    const char *iv_text = json_get_text(exchange->body, "iv");
    const char *key_text = begun->symmetric_key;
    unsigned char key[AES128_KEY_BYTES], iv[AES_BLOCK_BYTES], *cipher;
    const char *expected =
        arena_printf(exchange->arena, "secret is %s %" PRId64, exchange->path[0], begun->seed.value);
    size_t length = 0;
    bool right;

    cipher = base64_decode(exchange->arena, response, strlen(response), &length);
    right = hex_decode(key, sizeof(key), key_text, strlen(key_text)) &&
            hex_decode(iv, sizeof(iv), iv_text, strlen(iv_text)) && cipher != NULL &&
            aes_cbc_is_encryption_of(key, sizeof(key), iv, cipher, length, expected);
    sodium_memzero(key, sizeof(key));
    return right;
}

/* The proof's work product for the challenged GPU; NULL where it is missing. */
static json_object *work_product(struct exchange *exchange, const char *gpu_uuid)
{
    json_object *proof = json_object_object_get(exchange->body, "proof"), *entry = NULL, *product = NULL;

    if (json_object_object_get_ex(proof, gpu_uuid, &entry) && json_object_is_type(entry, json_type_object))
        json_object_object_get_ex(entry, "work_product", &product);
    return product;
}

/* What the provider kept with the challenge; NULL: nothing. */
static json_object *kept(struct exchange *exchange, const struct db_begin_verification_out *begun)
{
    const char *text = begun->kept;
    struct json_fault fault;
    json_object *value = text != NULL ? json_parse_strict(text, strlen(text), &fault) : NULL;

    json_defer(exchange->arena, value);
    return value;
}

/* The proof of work of the challenged GPU. */
static enum status judge_proof(struct exchange *exchange, const struct db_begin_verification_out *begun,
                               enum refusal *failure)
{
    const struct proof_algorithm *algorithm = proof_algorithm_of(begun->algorithm);
    const struct proof_context context = { .config = exchange->config,
                                           .arena = exchange->arena,
                                           .deadline_ms = exchange->deadline_ms - ANSWER_MARGIN_MS };
    const struct proof_gpu gpu = {
        .uuid = begun->gpu_uuid,
        .device_info = begun->device_info,
        .iterations = begun->iterations.value,
    };
    const struct proof_challenge challenge = {
        .seed = begun->seed.value,
        .kept = kept(exchange, begun),
    };
    enum status status = STATUS_UNAVAILABLE;
    bool valid = false;

    if (algorithm != NULL)
        status = algorithm->check(&context, &gpu, &challenge, work_product(exchange, gpu.uuid), &valid);
    if (status == STATUS_OK && !valid)
        *failure = REFUSAL_PROOF_WRONG;
    return status;
}

/* The digest of the filesystem, which SDKs before 0.3.1 send now, salted with the seed. */
static enum status judge_filesystem(struct exchange *exchange, const struct db_begin_verification_out *begun,
                                    enum refusal *failure)
{
    const struct filesystem_question question = {
        .image_id = begun->image_id,
        .patch_version = begun->patch_version != NULL ? begun->patch_version : "",
        .salt = arena_printf(exchange->arena, "%" PRId64, begun->seed.value),
        .filename = begun->filename,
    };

    if (!version_is_before(begun->chutes_version, FILESYSTEM_CLAIM_VERSION))
        return STATUS_OK;
    return filesystem_check(exchange->config, exchange->arena, &question,
                            json_get_text(exchange->body, "fsv"), exchange->deadline_ms - ANSWER_MARGIN_MS,
                            failure);
}

/* The ports of a job, at the address that was vetted with the claim. */
static enum status judge_ports(struct exchange *exchange, const struct db_begin_verification_out *begun,
                               enum refusal *failure)
{
    const char *key_text = begun->symmetric_key;
    unsigned char key[AES128_KEY_BYTES];
    json_object *mappings;
    bool answered;

    if (begun->probe_ports == NULL)
        return STATUS_OK;
    mappings = json_tokener_parse(begun->probe_ports);
    if (mappings == NULL)
        return STATUS_UNAVAILABLE;
    json_defer(exchange->arena, mappings);
    answered = begun->address != NULL && hex_decode(key, sizeof(key), key_text, strlen(key_text)) &&
               ports_answer(begun->address, mappings, key, exchange->deadline_ms - ANSWER_MARGIN_MS);
    sodium_memzero(key, sizeof(key));
    if (!answered)
        *failure = REFUSAL_PORTS_SILENT;
    return STATUS_OK;
}

/* *failure: why the verification fails; REFUSAL_NONE: every check passed. */
static enum status judge(struct exchange *exchange, const struct db_begin_verification_out *begun,
                         enum refusal *failure)
{
    enum status status = STATUS_OK;

    *failure = REFUSAL_NONE;
    if (!answer_is_right(exchange, begun))
        *failure = REFUSAL_ANSWER_WRONG;
    if (*failure == REFUSAL_NONE)
        status = judge_proof(exchange, begun, failure);
    if (status == STATUS_OK && *failure == REFUSAL_NONE)
        status = judge_filesystem(exchange, begun, failure);
    if (status == STATUS_OK && *failure == REFUSAL_NONE)
        status = judge_ports(exchange, begun, failure);
    return status;
}

/* The attempt could not be judged: the pod may try again. If even that fails, its lease ends by itself. */
static void give_up_attempt(struct exchange *exchange, const char *attempt_id)
{
    const struct db_release_attempt_in in = { .config_id = exchange->path[0], .attempt_id = attempt_id };
    struct db_release_attempt_out out;

    if (db_release_attempt(exchange->db, exchange->arena, &in, &out) != STATUS_OK)
        log_event(LOG_LEVEL_WARNING, "an attempt could not be released; it is when its lease ends");
}

/* The fields that a job's pod needs, added to the answer. */
static enum status add_job(struct exchange *exchange, const struct db_finish_verification_out *finished,
                           json_object *answer)
{
    const char *job_id = finished->job_id, *data = finished->job_data;
    json_object *claims;
    char *token, *url;

    if (job_id == NULL)
        return STATUS_OK;
    claims = json_object_new_object();
    json_object_object_add(claims, "sub", json_object_new_string(job_id));
    json_object_object_add(claims, "iat", json_object_new_int64(finished->issued_at.value));
    json_object_object_add(claims, "iss", json_object_new_string("chutes"));
    token = launch_token_sign_claims(exchange->arena, &exchange->config->launch.launch_secret, claims);
    if (token == NULL)
        return STATUS_UNAVAILABLE;
    url = arena_printf(exchange->arena, "%s/jobs/%s?token=%s", exchange->config->launch.public_url, job_id,
                       token);
    json_object_object_add(answer, "job_id", json_object_new_string(job_id));
    json_object_object_add(answer, "job_method", json_object_new_string(finished->job_method));
    json_object_object_add(answer, "job_data", data == NULL ? NULL : json_tokener_parse(data));
    json_object_object_add(answer, "job_status_url", json_object_new_string(url));
    return STATUS_OK;
}

static enum status answer(struct exchange *exchange, const struct db_finish_verification_out *finished)
{
    json_object *body = json_object_new_object();
    const char *url = arena_printf(exchange->arena, "%s/instances/launch_config/%s/activate",
                                   exchange->config->launch.public_url, exchange->path[0]);

    json_object_object_add(body, "chute_id", json_object_new_string(finished->chute_id));
    json_object_object_add(body, "instance_id", json_object_new_string(finished->instance_id));
    json_object_object_add(body, "verified_at", json_object_new_string(finished->verified_at));
    json_object_object_add(body, "activation_url", json_object_new_string(url));
    if (add_job(exchange, finished, body) != STATUS_OK) {
        json_object_put(body);
        return STATUS_UNAVAILABLE;
    }
    response_json(exchange->response, exchange->arena, 200, body);
    return STATUS_OK;
}

static enum status run(struct exchange *exchange)
{
    char attempt_id[UUID_TEXT_BYTES];
    struct db_finish_verification_in verdict = { .config_id = exchange->path[0], .attempt_id = attempt_id };
    struct db_begin_verification_out begun;
    struct db_finish_verification_out finished;
    enum refusal failure;
    enum status status;

    uuid4_text(attempt_id);
    status = begin(exchange, attempt_id, &begun);
    if (status != STATUS_OK)
        return status;
    if (exchange->invalid != NULL && begun.status.value == 422)
        return exchange_refuse_invalid(exchange);
    if (endpoint_refused(exchange, begun.status, begun.detail))
        return STATUS_OK;

    status = judge(exchange, &begun, &failure);
    if (status != STATUS_OK)
        give_up_attempt(exchange, attempt_id);
    if (status == STATUS_OK && failure != REFUSAL_NONE)
        verdict.fault = refusal_text(exchange->arena, failure, NULL);
    if (status == STATUS_OK)
        status = db_finish_verification(exchange->db, exchange->arena, &verdict, &finished);
    if (status == STATUS_OK && !endpoint_refused(exchange, finished.status, finished.detail))
        status = answer(exchange, &finished);
    return status;
}

static const struct field verified_fields[] = {
    { .name = "chute_id", .type = FIELD_TEXT, .required = true, .doc = "The chute." },
    { .name = "instance_id", .type = FIELD_TEXT, .required = true, .doc = "The instance." },
    { .name = "verified_at", .type = FIELD_TEXT, .required = true, .doc = "ISO 8601, UTC." },
    { .name = "activation_url", .type = FIELD_TEXT, .required = true, .doc = "Where to make it active." },
    { .name = "job_id", .type = FIELD_TEXT, .doc = "The job, if any." },
    { .name = "job_method", .type = FIELD_TEXT, .doc = "The method of the chute to run." },
    { .name = "job_data", .type = FIELD_OBJECT, .doc = "Its arguments." },
    { .name = "job_status_url", .type = FIELD_TEXT, .doc = "Where the pod tells how the job is." },
    { .type = FIELD_END },
};

static const enum refusal refusals[] = { REFUSAL_CONFIG_UNKNOWN,      REFUSAL_CONFIG_NOT_CLAIMED,
                                         REFUSAL_CONFIG_VERIFIED,     REFUSAL_CONFIG_FAILED,
                                         REFUSAL_INSTANCE_GONE,       REFUSAL_CHALLENGE_NOT_READY,
                                         REFUSAL_TIME_LIMIT_OVER,     REFUSAL_ATTEMPT_OVERTAKEN,
                                         REFUSAL_VERIFICATION_FAILED, REFUSAL_NONE };

const struct endpoint verify_launch_config = {
    .name = "verify_launch_config",
    .method = HTTP_PUT,
    .path = "/instances/launch_config/{config_id}",
    .summary = "Answer the challenge of a claimed launch config.",
    .auth = AUTH_LAUNCH_TOKEN,
    .pool = POOL_SLOW,
    .large_body = false,
    .body = body_fields,
    .runs_when_invalid = true,
    .success = { 200, "The instance is verified.", verified_fields },
    .refusals = refusals,
    .run = run,
};
