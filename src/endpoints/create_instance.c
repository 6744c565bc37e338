/* POST /instances/{chute_id}/: for chutes whose SDK is old and has no launch configs. Whoever is refused by
 * what the database knows is refused before a network is touched for him; then the chute's target is read and
 * the host looked up, before the one transaction in which the SQL function decides and places. */
#include "attest/host.h"
#include "core/bounds.h"
#include "core/clock.h"
#include "core/encode.h"
#include "crypto/aes.h"
#include "db/calls.h"
#include "endpoints/instance.h"
#include "endpoints/refusals.h"
#include "endpoints/registry.h"
#include "launch/target.h"
#include "json/json.h"
#include "json/json_text.h"

#include <sodium.h>

static const struct field node_item = { .type = FIELD_TEXT, FIELD_AT_MOST(BOUND_NAME) };

static const struct field body_fields[] = {
    { .name = "node_ids",
      .type = FIELD_LIST,
      .required = true,
      FIELD_AT_MOST(BOUND_GPUS),
      .children = &node_item,
      .doc = "The UUIDs of the instance's GPUs." },
    { .name = "host",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_NAME),
      .doc = "Public address or name of the host." },
    { .name = "port",
      .type = FIELD_INTEGER,
      .required = true,
      .has_min = true,
      .has_max = true,
      .min = 1,
      .max = 65535,
      .doc = "The port of the host that leads to the instance." },
    { .type = FIELD_END },
};

/* Whether it is worth while to look the host up: the refusal that stands in its way, by what can be known
 * without a network. */
static enum status check(struct exchange *exchange, const struct db_create_instance_in *wanted,
                         struct db_integer target, bool judges_capacity, bool *refused)
{
    const struct db_check_create_instance_in in = {
        .hotkey = wanted->hotkey,
        .netuid = wanted->netuid,
        .signature_hash = wanted->signature_hash,
        .chute_id = wanted->chute_id,
        .node_ids = wanted->node_ids,
        .host = wanted->host,
        .port = wanted->port,
        .target = target,
        .judges_capacity = db_boolean(judges_capacity),
    };
    struct db_check_create_instance_out out;
    enum status status = db_check_create_instance(exchange->db, exchange->arena, &in, &out);

    *refused = status == STATUS_OK && out.refusal != NULL;
    return status;
}

static enum status look_up(struct exchange *exchange, struct db_create_instance_in *in)
{
    const struct host_name name = {
        .name = in->host,
        .hotkey = in->hotkey,
        .timeout_ms = clock_remaining_ms(exchange->deadline_ms),
    };
    enum refusal refusal;
    enum status status = host_look_up(exchange->config, exchange->arena, &name, &refusal, &in->address);

    if (status == STATUS_REFUSED)
        return exchange_refuse(exchange, refusal, NULL);
    in->host_refusal = refusal_code(refusal);
    return status;
}

/* What of it lies outside: Redis and the names. Neither is asked for somebody who is refused anyhow, which
 * create_instance then says: it is the one that decides, and that uses the signature up. */
static enum status look_outside(struct exchange *exchange, struct db_create_instance_in *in)
{
    bool is_name = in->address == NULL, asks_redis = exchange->targets != NULL, refused = false;
    const struct db_integer none = { .present = false };
    enum status status;

    if (!is_name && !asks_redis)
        return STATUS_OK;
    status = check(exchange, in, none, !asks_redis, &refused);
    if (status == STATUS_OK && !refused && asks_redis) {
        in->target = target_read(exchange->targets, in->chute_id);
        if (is_name)
            status = check(exchange, in, in->target, true, &refused);
    }
    if (refused)
        in->address = NULL;
    if (status != STATUS_OK || refused || !is_name)
        return status;
    return look_up(exchange, in);
}

static enum status create(struct exchange *exchange, const char *instance_id, const char *symmetric_key,
                          struct db_create_instance_out *out)
{
    enum refusal refusal;
    enum status status = STATUS_OK;
    json_object *node_ids = json_object_object_get(exchange->body, "node_ids");
    char request_key[UUID_TEXT_BYTES];
    struct db_create_instance_in in = {
        .hotkey = exchange->caller.hotkey,
        .netuid = db_integer(exchange->config->launch.netuid),
        .signature_hash = exchange_signature_hash(exchange),
        .request_key = request_key,
        .chute_id = exchange->path[0],
        .instance_id = instance_id,
        .node_ids = json_text(exchange->arena, node_ids),
        .host = json_get_text(exchange->body, "host"),
        .port = db_integer(json_get_integer(exchange->body, "port", 0)),
        .symmetric_key = symmetric_key,
    };

    uuid4_text(request_key);
    refusal = host_read(exchange->config, exchange->arena, in.host, &in.address);
    in.host_refusal = refusal_code(refusal);
    if (refusal == REFUSAL_NONE)
        status = look_outside(exchange, &in);
    if (status != STATUS_OK)
        return status;
    return db_create_instance(exchange->db, exchange->arena, &in, out);
}

static enum status run(struct exchange *exchange)
{
    unsigned char key[AES128_KEY_BYTES];
    char symmetric_key[2 * AES128_KEY_BYTES + 1], instance_id[UUID_TEXT_BYTES];
    struct db_create_instance_out out;
    enum status status;

    randombytes_buf(key, sizeof(key));
    hex_encode(symmetric_key, key, sizeof(key));
    uuid4_text(instance_id);
    status = create(exchange, instance_id, symmetric_key, &out);
    sodium_memzero(key, sizeof(key));
    sodium_memzero(symmetric_key, sizeof(symmetric_key));
    if (status != STATUS_OK)
        return status;
    if (exchange_refused(exchange, out.refusal, out.subject)) {
        exchange_retry_after(exchange, out.retry_after);
        return status;
    }
    response_json(exchange->response, exchange->arena, 202, json_parse_own(out.instance));
    return STATUS_OK;
}

static const enum refusal refusals[] = { REFUSAL_CHUTE_NOT_FOUND,
                                         REFUSAL_SDK_USES_LAUNCH_CONFIGS,
                                         HOST_REFUSALS,
                                         REFUSAL_LOOKUPS_TOO_MANY,
                                         CAPACITY_REFUSALS,
                                         GPU_REFUSALS,
                                         REFUSAL_NONE };

const struct endpoint create_instance = {
    .name = "create_instance",
    .method = HTTP_POST,
    .path = "/instances/{chute_id}/",
    .summary = "Announce an instance of a chute whose SDK has no launch configs.",
    .auth = AUTH_HOTKEY_BODY,
    .pool = POOL_SLOW,
    .body = body_fields,
    .success = { 202, "The instance, not active yet.", instance_fields },
    .refusals = refusals,
    .run = run,
};
