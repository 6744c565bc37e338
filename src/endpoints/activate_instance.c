/* PATCH /instances/{chute_id}/{instance_id}: an instance of an old SDK takes traffic; its verification
 * follows in the background. */
#include "core/encode.h"
#include "db/calls.h"
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
    const struct db_activate_instance_in in = {
        .hotkey = exchange->caller.hotkey,
        .netuid = db_integer(exchange->config->launch.netuid),
        .signature_hash = exchange_signature_hash(exchange),
        .request_key = request_key,
        .chute_id = exchange->path[0],
        .instance_id = exchange->path[1],
        .active = db_boolean(json_get_boolean(exchange->body, "active", false)),
    };
    struct db_activate_instance_out out;
    enum status status;

    uuid4_text(request_key);
    status = db_activate_instance(exchange->db, exchange->arena, &in, &out);
    if (status != STATUS_OK || exchange_refused(exchange, out.refusal, NULL))
        return status;
    response_json(exchange->response, exchange->arena, 200, json_parse_own(out.instance));
    return STATUS_OK;
}

static const enum refusal refusals[] = { REFUSAL_ONLY_ACTIVATION, REFUSAL_INSTANCE_NOT_FOUND,
                                         REFUSAL_VERIFICATIONS_TOO_MANY, REFUSAL_NONE };

const struct endpoint activate_instance = {
    .name = "activate_instance",
    .method = HTTP_PATCH,
    .path = "/instances/{chute_id}/{instance_id}",
    .summary = "Let an instance of an old SDK take traffic, and have it verified.",
    .auth = AUTH_HOTKEY_BODY,
    .pool = POOL_FAST,
    .body = body_fields,
    .success = { 200, "The instance.", instance_fields },
    .refusals = refusals,
    .run = run,
};
