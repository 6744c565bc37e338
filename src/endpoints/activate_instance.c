/* PATCH /instances/{chute_id}/{instance_id}: an instance of the older path takes traffic; its verification
 * follows in the background. */
#include "core/encode.h"
#include "db/statements.h"
#include "endpoints/instance.h"
#include "endpoints/registry.h"
#include "json/json.h"

static const struct field body_fields[] = {
    { .name = "active",
      .type = FIELD_BOOLEAN,
      .required = true,
      .doc = "true; an instance ends by deleting it." },
    { .type = FIELD_END },
};

static enum status run(struct exchange *exchange)
{
    char request_key[UUID_TEXT_BYTES];
    const char *parameters[7];
    struct db_rows rows;
    enum status status;

    uuid4_text(request_key);
    endpoint_hotkey_parameters(exchange, parameters);
    parameters[3] = request_key;
    parameters[4] = exchange->path[0];
    parameters[5] = exchange->path[1];
    parameters[6] = json_get_boolean(exchange->body, "active", false) ? "true" : "false";
    status = db_call(exchange->db, exchange->arena, &statement_activate_instance, parameters, &rows);
    if (status != STATUS_OK || endpoint_refused(exchange, &rows))
        return status;
    response_json(exchange->response, exchange->arena, 200,
                  json_tokener_parse(db_text(&rows, 0, "instance")));
    return STATUS_OK;
}

static const enum refusal refusals[] = { REFUSAL_ONLY_ACTIVATION, REFUSAL_INSTANCE_NOT_FOUND,
                                         REFUSAL_VERIFICATIONS_TOO_MANY, REFUSAL_NONE };

const struct endpoint activate_instance = {
    .name = "activate_instance",
    .method = HTTP_PATCH,
    .path = "/instances/{chute_id}/{instance_id}",
    .summary = "Let an instance of the older path take traffic, and have it verified.",
    .auth = AUTH_HOTKEY_BODY,
    .pool = POOL_FAST,
    .body = body_fields,
    .success = { 200, "The instance.", instance_fields },
    .refusals = refusals,
    .run = run,
};
