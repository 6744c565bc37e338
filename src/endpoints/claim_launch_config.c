/* POST /instances/launch_config/{config_id}: the pod claims its launch config, once, and gets a challenge.
 * First whether it is worth while, then the look at the host and the checks, which take their time; then one
 * transaction that reserves everything; then the challenge. */
#include "attest/proof.h"
#include "core/bounds.h"
#include "core/encode.h"
#include "crypto/aes.h"
#include "db/calls.h"
#include "endpoints/refusals.h"
#include "endpoints/registry.h"
#include "launch/claim.h"
#include "json/json.h"
#include "json/json_text.h"

#include <sodium.h>
#include <string.h>

#define SYMMETRIC_KEY_HEX (2 * AES128_KEY_BYTES + 1)

static const char *const protocols[] = { "tcp", "udp", "http", NULL };

static const struct field gpu_fields[] = {
    { .name = "uuid",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_NAME),
      .doc = "The GPU's UUID." },
    { .type = FIELD_END },
};

static const struct field gpu_item = { .type = FIELD_OBJECT, .children = gpu_fields, .dictionary = true };

static const struct field port_fields[] = {
    { .name = "internal_port",
      .type = FIELD_INTEGER,
      .required = true,
      .has_min = true,
      .has_max = true,
      .min = 22,
      .max = 65535,
      .doc = "The port inside the pod." },
    { .name = "external_port",
      .type = FIELD_INTEGER,
      .required = true,
      .has_min = true,
      .has_max = true,
      .min = 22,
      .max = 65535,
      .doc = "The port on the host." },
    { .name = "proto",
      .type = FIELD_CHOICE,
      .required = true,
      .choices = protocols,
      .doc = "tcp, udp or http." },
    { .type = FIELD_END },
};

static const struct field port_item = { .type = FIELD_OBJECT, .children = port_fields };

static const struct field body_fields[] = {
    { .name = "gpus",
      .type = FIELD_LIST,
      .required = true,
      FIELD_AT_MOST(BOUND_GPUS),
      .children = &gpu_item,
      .doc = "The pod's GPUs." },
    { .name = "host",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_NAME),
      .doc = "Public address or name of the host." },
    { .name = "port_mappings",
      .type = FIELD_LIST,
      .required = true,
      .has_min = true,
      .has_max = true,
      .min = 1,
      .max = 32,
      .children = &port_item,
      .doc = "Which port of the host leads to which port of the pod; the first one is the service." },
    { .name = "env",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_DUMP),
      .doc = "Encrypted dump of the environment." },
    { .name = "code",
      .type = FIELD_TEXT,
      .required = true,
      FIELD_AT_MOST(BOUND_DUMP),
      .doc = "Encrypted dump of the code." },
    { .name = "fsv",
      .type = FIELD_TEXT,
      .nullable = true,
      FIELD_AT_MOST(BOUND_PROOF),
      .doc = "Digest of the filesystem." },
    { .type = FIELD_END },
};

/* No two mappings may share (proto, internal_port) or (proto, external_port). */
static void check(json_object *body, struct field_errors *errors)
{
    json_object *mappings = json_object_object_get(body, "port_mappings");
    size_t count = json_object_array_length(mappings);

    for (size_t i = 0; i < count; i++) {
        json_object *one = json_object_array_get_idx(mappings, i);

        for (size_t j = 0; j < i; j++) {
            json_object *other = json_object_array_get_idx(mappings, j);
            json_object *loc;

            if (strcmp(json_get_text(one, "proto"), json_get_text(other, "proto")) != 0)
                continue;
            if (json_get_integer(one, "internal_port", 0) != json_get_integer(other, "internal_port", 0) &&
                json_get_integer(one, "external_port", 0) != json_get_integer(other, "external_port", 0))
                continue;
            loc = json_made(json_object_new_array());
            json_append(loc, json_made(json_object_new_string("body")));
            json_append(loc, json_made(json_object_new_string("port_mappings")));
            json_append(loc, json_made(json_object_new_int64((int64_t)i)));
            fields_add_error(errors, "value_error", loc,
                             "Value error, a port of this protocol is mapped twice", json_object_get(one),
                             NULL);
            return;
        }
    }
}

/* The GPUs' uuids as a JSON list, for the SQL function. */
static const char *gpu_uuids(struct exchange *exchange)
{
    json_object *gpus = json_object_object_get(exchange->body, "gpus");
    json_object *uuids = json_made(json_object_new_array());

    json_defer(exchange->arena, uuids);
    for (size_t i = 0; i < json_object_array_length(gpus); i++) {
        json_object *uuid = json_object_object_get(json_object_array_get_idx(gpus, i), "uuid");

        json_append(uuids, json_object_get(uuid));
    }
    return json_text(exchange->arena, uuids);
}

static enum status reserve(struct exchange *exchange, const char *instance_id, const char *symmetric_key,
                           struct db_claim_launch_config_out *claim)
{
    json_object *port_mappings = json_object_object_get(exchange->body, "port_mappings");
    struct claim_seen seen;
    struct db_claim_launch_config_in in = {
        .config_id = exchange->path[0],
        .netuid = db_integer(exchange->config->launch.netuid),
        .host = json_get_text(exchange->body, "host"),
        .client = exchange->request->client,
        .gpus = gpu_uuids(exchange),
        .port_mappings = json_text(exchange->arena, port_mappings),
        .instance_id = instance_id,
        .symmetric_key = symmetric_key,
    };
    const struct claim_request request = { in.host, in.gpus, in.port_mappings };
    enum status status = claim_look(exchange, &request, &seen);

    if (status != STATUS_OK)
        return status;
    in.address = seen.address;
    in.host_refusal = refusal_code(seen.host_refusal);
    in.failure = refusal_code(seen.failure);
    in.target = seen.target;
    return db_claim_launch_config(exchange->db, exchange->arena, &in, claim);
}

static enum status run(struct exchange *exchange)
{
    unsigned char key[AES128_KEY_BYTES];
    char instance_id[UUID_TEXT_BYTES], symmetric_key[SYMMETRIC_KEY_HEX];
    struct db_claim_launch_config_out claim;
    enum status status;

    randombytes_buf(key, sizeof(key));
    hex_encode(symmetric_key, key, sizeof(key));
    uuid4_text(instance_id);
    status = reserve(exchange, instance_id, symmetric_key, &claim);
    if (status == STATUS_OK && exchange_refused(exchange, claim.refusal, claim.subject))
        exchange_retry_after(exchange, claim.retry_after);
    else if (status == STATUS_OK)
        status = claim_challenge(exchange, instance_id, symmetric_key, &claim);
    sodium_memzero(key, sizeof(key));
    sodium_memzero(symmetric_key, sizeof(symmetric_key));
    return status;
}

static const struct field key_fields[] = {
    { .name = "ciphertext",
      .type = FIELD_TEXT,
      .required = true,
      .doc = "base64 of iv and AES-256-CBC of the instance's key in hex; the proof of work opens it." },
    { .name = "uuid", .type = FIELD_TEXT, .required = true, .doc = "The GPU that has to work." },
    { .name = "response_plaintext",
      .type = FIELD_TEXT,
      .required = true,
      .doc = "What the answer must say under the instance's key." },
    { .type = FIELD_END },
};

static const struct field challenge_fields[] = {
    { .name = "seed",
      .type = FIELD_INTEGER,
      .required = true,
      .doc = "Seed of the proof of work, 1 to 2^64-1." },
    { .name = "iterations", .type = FIELD_INTEGER, .required = true, .doc = "Its iterations." },
    { .name = "job_id", .type = FIELD_TEXT, .required = true, .nullable = true, .doc = "The job, if any." },
    { .name = "symmetric_key",
      .type = FIELD_OBJECT,
      .required = true,
      .children = key_fields,
      .doc = "The sealed key." },
    { .type = FIELD_MEMBERS, .children = proof_shown_fields },
    { .type = FIELD_END },
};

static const enum refusal refusals[] = { HOTKEY_REFUSALS,
                                         REFUSAL_CONFIG_UNCLAIMABLE,
                                         REFUSAL_CHUTE_NOT_FOUND,
                                         CAPACITY_REFUSALS,
                                         HOST_REFUSALS,
                                         REFUSAL_LOOKUPS_TOO_MANY,
                                         REFUSAL_CLAIM_UNDER_WAY,
                                         REFUSAL_JOB_HOST_DIFFERS,
                                         REFUSAL_ENVIRONMENT_UNREADABLE,
                                         REFUSAL_ENVIRONMENT_COMMAND_WRONG,
                                         REFUSAL_ENVIRONMENT_RULE_BROKEN,
                                         REFUSAL_CODE_UNREADABLE,
                                         REFUSAL_CODE_DIFFERS,
                                         REFUSAL_FILESYSTEM_DIFFERS,
                                         REFUSAL_JOB_NOT_FOUND,
                                         REFUSAL_JOB_FINISHED,
                                         REFUSAL_JOB_TAKEN,
                                         REFUSAL_JOB_PORTS_DIFFER,
                                         GPU_REFUSALS,
                                         REFUSAL_CONFIG_FAILED_MEANWHILE,
                                         REFUSAL_INSTANCE_GONE,
                                         REFUSAL_NONE };

const struct endpoint claim_launch_config = {
    .name = "claim_launch_config",
    .method = HTTP_POST,
    .path = "/instances/launch_config/{config_id}",
    .summary = "Claim a launch config for a pod and get its challenge.",
    .auth = AUTH_LAUNCH_TOKEN,
    .pool = POOL_SLOW,
    .large_body = true,
    .body = body_fields,
    .check = check,
    .success = { 200, "The challenge; its clock runs.", challenge_fields },
    .refusals = refusals,
    .run = run,
};
