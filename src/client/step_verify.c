/* PUT launch_config: the pod answers its challenge, or cheats where it was told to. */
#include "client/call.h"
#include "client/pod_ports.h"
#include "client/step.h"
#include "core/encode.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

/* The answer under the instance's key; NULL where it cannot be made. */
static char *seal_answer(struct life *life, const unsigned char iv[AES_BLOCK_BYTES])
{
    size_t length = strlen(life->plaintext), sealed_length;
    char *plain = arena_strndup(life->arena, life->plaintext, length);
    unsigned char *sealed = arena_alloc(life->arena, length + AES_BLOCK_BYTES);

    if (life->plan->cheat == CHEAT_ANSWER && length > 0)
        plain[length - 1] ^= 1;
    sealed_length = aes_cbc_encrypt(life->key, sizeof(life->key), iv, plain, length, sealed);
    if (sealed_length == 0)
        return NULL;
    if (life->plan->cheat == CHEAT_PADDING)
        sealed[sealed_length - 1] ^= 1;
    return base64_encode(life->arena, sealed, sealed_length);
}

static const char *proof(struct life *life)
{
    size_t length = strlen(life->work_product);
    char *product = arena_strndup(life->arena, life->work_product, length);

    /* The last four characters keep their padding. */
    if (life->plan->cheat == CHEAT_PROOF)
        memset(product, 'A', length - 4);
    return product;
}

static json_object *make_body(struct life *life)
{
    json_object *body, *proofs = json_made(json_object_new_object()),
                       *entry = json_made(json_object_new_object());
    char iv_hex[2 * AES_BLOCK_BYTES + 1], *response;
    unsigned char iv[AES_BLOCK_BYTES];

    randombytes_buf(iv, sizeof(iv));
    hex_encode(iv_hex, iv, sizeof(iv));
    json_put(entry, "work_product", json_made(json_object_new_string(proof(life))));
    json_put(proofs, life->challenge.uuid, entry);
    response = seal_answer(life, iv);
    if (response == NULL) {
        json_object_put(proofs);
        return NULL;
    }
    body = json_made(json_object_new_object());
    json_put(body, "response", json_made(json_object_new_string(response)));
    json_put(body, "iv", json_made(json_object_new_string(iv_hex)));
    json_put(body, "proof", proofs);
    return body;
}

static bool run(struct life *life, struct life_step_result *result)
{
    struct credential credential;
    struct call call = {
        .method = "PUT",
        .path = arena_printf(life->arena, "/instances/launch_config/%s", life->config_id),
        .credential = &credential,
        .body = make_body(life),
    };
    struct pod_ports *ports = NULL;
    json_object *answer;
    bool answered;

    if (call.body == NULL)
        return call_fail(result, "the answer could not be encrypted");
    if (life->slot->port_count > 0) {
        ports = pod_ports_open(life->slot->ports, life->slot->port_count, life->key);
        if (ports == NULL) {
            json_object_put(call.body);
            return call_fail(result, "the job's ports cannot be listened on");
        }
    }
    call_bear(life, &credential);
    answered = call_send(life, &call, result, &answer);
    pod_ports_close(ports);
    if (!answered)
        return false;
    life->instance_id = call_text(answer, "instance_id");
    if (life->instance_id == NULL || !uuid_is_text(life->instance_id))
        return call_fail(result, "the answer has no usable instance_id");
    return true;
}

const struct step step_verify = {
    .name = "verify",
    .run = run,
};
