/* DELETE /instances/{chute_id}/{instance_id}: a miner takes its instance away; the audit row stays. */
#include "core/encode.h"
#include "db/calls.h"
#include "endpoints/registry.h"
#include "json/json.h"

static enum status run(struct exchange *exchange)
{
    char request_key[UUID_TEXT_BYTES];
    const struct db_delete_instance_in in = {
        .hotkey = exchange->caller.hotkey,
        .netuid = db_integer(exchange->config->launch.netuid),
        .signature_hash = exchange_signature_hash(exchange),
        .request_key = request_key,
        .chute_id = exchange->path[0],
        .instance_id = exchange->path[1],
    };
    struct db_delete_instance_out out;
    enum status status;
    json_object *answer;

    uuid4_text(request_key);
    status = db_delete_instance(exchange->db, exchange->arena, &in, &out);
    if (status != STATUS_OK || exchange_refused(exchange, out.refusal, NULL))
        return status;

    answer = json_made(json_object_new_object());
    json_put(answer, "instance_id", json_made(json_object_new_string(exchange->path[1])));
    json_put(answer, "deleted", json_made(json_object_new_boolean(true)));
    response_json(exchange->response, exchange->arena, 200, answer);
    return STATUS_OK;
}

static const struct field deleted_fields[] = {
    { .name = "instance_id", .type = FIELD_TEXT, .required = true, .doc = "The instance." },
    { .name = "deleted", .type = FIELD_BOOLEAN, .required = true, .doc = "true." },
    { .type = FIELD_END },
};

static const enum refusal refusals[] = { REFUSAL_INSTANCE_NOT_FOUND, REFUSAL_NONE };

const struct endpoint delete_instance = {
    .name = "delete_instance",
    .method = HTTP_DELETE,
    .path = "/instances/{chute_id}/{instance_id}",
    .summary = "Delete an instance of one's own.",
    .auth = AUTH_HOTKEY_PURPOSE,
    .purpose = "instances",
    .pool = POOL_FAST,
    .success = { 200, "It is gone.", deleted_fields },
    .refusals = refusals,
    .run = run,
};
