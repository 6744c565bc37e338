/* PUT /instances/launch_config/{config_id}: the pod answers its challenge. One attempt per config: the first
 * one that reaches the answer decides, and while it is under way others are told so at once: whoever sends
 * many holds no more than one worker. Every failed check gets the same 403. */
#include "auth/launch_token.h"
#include "core/bounds.h"
#include "core/encode.h"
#include "db/calls.h"
#include "endpoints/registry.h"
#include "launch/attempt.h"
#include "json/json.h"

static const struct field body_fields[] = {
    { .name = "response",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_PROOF),
      .doc = "base64 of the answer under the instance's key." },
    { .name = "iv",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_NAME),
      .doc = "Its initialisation vector, 32 hex digits." },
    { .name = "proof",
      .type = FIELD_OBJECT,
      .required = true,
      .doc = "GPU uuid to {\"work_product\": any JSON value, as the GPU's prover made it}." },
    { .name = "fsv",
      .type = FIELD_TEXT,
      .nullable = true,
      FIELD_AT_MOST(BOUND_PROOF),
      .doc = "Digest of the filesystem, SDK before 0.3.1." },
    { .type = FIELD_END },
};

/* The fields that a job's pod needs, added to the answer. */
static enum status add_job(struct exchange *exchange, const struct db_finish_verification_out *finished,
                           json_object *answer)
{
    const char *job_id = finished->job_id, *data = finished->job_data;
    json_object *claims;
    char *token, *url;

    if (job_id == NULL)
        return STATUS_OK;
    claims = json_made(json_object_new_object());
    json_put(claims, "sub", json_made(json_object_new_string(job_id)));
    json_put(claims, "iat", json_made(json_object_new_int64(finished->issued_at.value)));
    json_put(claims, "iss", json_made(json_object_new_string("chutes")));
    token = launch_token_sign_claims(exchange->arena, exchange->config, claims);
    if (token == NULL)
        return STATUS_UNAVAILABLE;
    url = arena_printf(exchange->arena, "%s/jobs/%s?token=%s", exchange->config->launch.public_url, job_id,
                       token);
    json_put(answer, "job_id", json_made(json_object_new_string(job_id)));
    json_put(answer, "job_method", json_made(json_object_new_string(finished->job_method)));
    json_put(answer, "job_data", data == NULL ? NULL : json_parse_own(data));
    json_put(answer, "job_status_url", json_made(json_object_new_string(url)));
    return STATUS_OK;
}

static enum status answer(struct exchange *exchange, const struct db_finish_verification_out *finished)
{
    json_object *body = json_made(json_object_new_object());
    const char *url = arena_printf(exchange->arena, "%s/instances/launch_config/%s/activate",
                                   exchange->config->launch.public_url, exchange->path[0]);

    json_put(body, "chute_id", json_made(json_object_new_string(finished->chute_id)));
    json_put(body, "instance_id", json_made(json_object_new_string(finished->instance_id)));
    json_put(body, "verified_at", json_made(json_object_new_string(finished->verified_at)));
    json_put(body, "activation_url", json_made(json_object_new_string(url)));
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
    struct db_finish_verification_in result = { .config_id = exchange->path[0], .attempt_id = attempt_id };
    struct db_begin_verification_out begun;
    struct db_finish_verification_out finished;
    enum refusal failure = REFUSAL_NONE;
    enum status status;

    uuid4_text(attempt_id);
    status = attempt_begin(exchange, attempt_id, &begun);
    if (status != STATUS_OK)
        return status;
    if (attempt_result_is(&begun, "malformed"))
        return exchange_refuse_invalid(exchange);
    if (exchange_refused(exchange, begun.refusal, NULL))
        return STATUS_OK;

    status = attempt_check(exchange, &begun, &failure);
    if (status != STATUS_OK)
        attempt_abandon(exchange, attempt_id);
    result.failure = refusal_code(failure);
    if (status == STATUS_OK)
        status = db_finish_verification(exchange->db, exchange->arena, &result, &finished);
    if (status == STATUS_OK && !exchange_refused(exchange, finished.refusal, NULL))
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

static const enum refusal refusals[] = { REFUSAL_CONFIG_UNKNOWN,
                                         REFUSAL_CONFIG_NOT_CLAIMED,
                                         REFUSAL_CONFIG_VERIFIED,
                                         REFUSAL_CONFIG_FAILED,
                                         REFUSAL_INSTANCE_GONE,
                                         REFUSAL_CHALLENGE_NOT_READY,
                                         REFUSAL_TIME_LIMIT_OVER,
                                         REFUSAL_ATTEMPT_UNDER_WAY,
                                         REFUSAL_ATTEMPT_OVERTAKEN,
                                         REFUSAL_VERIFICATION_FAILED,
                                         REFUSAL_NONE };

const struct endpoint verify_launch_config = {
    .name = "verify_launch_config",
    .method = HTTP_PUT,
    .path = "/instances/launch_config/{config_id}",
    .summary = "Answer the challenge of a claimed launch config.",
    .auth = AUTH_LAUNCH_TOKEN,
    .pool = POOL_SLOW,
    .large_body = true,
    .body = body_fields,
    .runs_when_invalid = true,
    .any_content_type = true, /* clients of the Python service, which reads it by hand, know it so */
    .success = { 200, "The instance is verified.", verified_fields },
    .refusals = refusals,
    .run = run,
};
