/* GET /instances/launch_config/{config_id}/activate: the pod is ready for traffic. The SDK takes any HTTP
 * answer here as final, so a database that is away is waited for first. */
#include "db/calls.h"
#include "endpoints/refusals.h"
#include "endpoints/registry.h"
#include "json/json.h"

static enum status run(struct exchange *exchange)
{
    const struct db_activate_launch_config_in in = {
        .config_id = exchange->path[0],
        .netuid = db_integer(exchange->config->launch.netuid),
    };
    struct db_activate_launch_config_out out;
    enum status status;
    json_object *answer;

    db_be_patient(exchange->db, exchange->config->database.activation_retry_ms);
    status = db_activate_launch_config(exchange->db, exchange->arena, &in, &out);
    if (status != STATUS_OK || exchange_refused(exchange, out.refusal, NULL))
        return status;

    answer = json_made(json_object_new_object());
    json_put(answer, "ok", json_made(json_object_new_boolean(true)));
    response_json(exchange->response, exchange->arena, 200, answer);
    return STATUS_OK;
}

static const struct field ok_fields[] = {
    { .name = "ok", .type = FIELD_BOOLEAN, .required = true, .doc = "true." },
    { .type = FIELD_END },
};

static const enum refusal refusals[] = {
    HOTKEY_REFUSALS,       REFUSAL_CONFIG_UNKNOWN, REFUSAL_CONFIG_NOT_VERIFIED,
    REFUSAL_INSTANCE_GONE, REFUSAL_CONFIG_FAILED,  REFUSAL_NONE
};

const struct endpoint activate_launch_config = {
    .name = "activate_launch_config",
    .method = HTTP_GET,
    .path = "/instances/launch_config/{config_id}/activate",
    .summary = "Let the verified instance take traffic.",
    .auth = AUTH_LAUNCH_TOKEN,
    .pool = POOL_FAST,
    .success = { 200, "The instance is active.", ok_fields },
    .refusals = refusals,
    .run = run,
};
