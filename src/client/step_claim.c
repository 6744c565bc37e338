/* POST launch_config: the pod shows its GPUs, address, ports and environment, and gets its challenge. */
#include "client/call.h"
#include "client/step.h"
#include "core/encode.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

#define POD_PORT   8000 /* of the chute; the next one is for its logs */
#define DUMP_BYTES 64

/* The members that the SDK sends of each GPU. */
static json_object *describe_gpu(const char *uuid)
{
    json_object *gpu = json_made(json_object_new_object());

    json_put(gpu, "uuid", json_made(json_object_new_string(uuid)));
    json_put(gpu, "name", json_made(json_object_new_string("CPU reference prover")));
    json_put(gpu, "memory", json_made(json_object_new_int64((int64_t)80 << 30)));
    json_put(gpu, "major", json_made(json_object_new_int(9)));
    json_put(gpu, "minor", json_made(json_object_new_int(0)));
    json_put(gpu, "processors", json_made(json_object_new_int(132)));
    json_put(gpu, "sxm", json_made(json_object_new_boolean(true)));
    json_put(gpu, "clock_rate", json_made(json_object_new_double(1980000)));
    json_put(gpu, "max_threads_per_processor", json_made(json_object_new_int(2048)));
    json_put(gpu, "concurrent_kernels", json_made(json_object_new_boolean(true)));
    json_put(gpu, "ecc", json_made(json_object_new_boolean(true)));
    return gpu;
}

static json_object *map_port(const char *proto, int internal, int external)
{
    json_object *mapping = json_made(json_object_new_object());

    json_put(mapping, "proto", json_made(json_object_new_string(proto)));
    json_put(mapping, "internal_port", json_made(json_object_new_int(internal)));
    json_put(mapping, "external_port", json_made(json_object_new_int(external)));
    json_put(mapping, "default", json_made(json_object_new_boolean(true)));
    return mapping;
}

/* Stands for an encrypted dump, which needs the network's master key: the reference client has none. */
static json_object *random_dump(struct life *life)
{
    unsigned char dump[DUMP_BYTES];

    randombytes_buf(dump, sizeof(dump));
    return json_made(json_object_new_string(base64_encode(life->arena, dump, sizeof(dump))));
}

static json_object *make_body(struct life *life)
{
    json_object *body = json_made(json_object_new_object()), *gpus = json_made(json_object_new_array()),
                *ports = json_made(json_object_new_array());

    for (size_t i = 0; i < life->slot->gpu_count; i++)
        json_append(gpus, describe_gpu(life->slot->gpus[i]));
    for (int i = 0; i < 2; i++)
        json_append(ports, map_port("tcp", POD_PORT + i, life->slot->port + i));
    for (size_t i = 0; i < life->slot->port_count; i++)
        json_append(ports, map_port(life->slot->ports[i].proto, life->slot->ports[i].internal,
                                    life->slot->ports[i].external));
    json_put(body, "gpus", gpus);
    json_put(body, "host", json_made(json_object_new_string(life->slot->host)));
    json_put(body, "port_mappings", ports);
    json_put(body, "env", random_dump(life));
    json_put(body, "code", random_dump(life));
    json_put(body, "fsv", NULL);
    return body;
}

static bool is_own_gpu(const struct slot *slot, const char *uuid)
{
    for (size_t i = 0; uuid != NULL && i < slot->gpu_count; i++) {
        if (strcmp(slot->gpus[i], uuid) == 0)
            return true;
    }
    return false;
}

/* NULL, or why this is no challenge that can be solved here. */
static const char *read_challenge(struct life *life, json_object *answer)
{
    json_object *sealed = json_object_object_get(answer, "symmetric_key");
    json_object *work = json_object_object_get(answer, "povw");
    const char *algorithm = call_text(work, "algorithm"), *tag = call_text(work, "tag");
    int64_t iterations, n;

    if (algorithm == NULL || strcmp(algorithm, MATMUL_ALGORITHM) != 0)
        return "the challenge is not " MATMUL_ALGORITHM ": this client solves no other";
    if (!call_integer(answer, "seed", &life->challenge.seed) ||
        !call_integer(answer, "iterations", &iterations) || !call_integer(work, "n", &n) || iterations < 1 ||
        iterations > UINT32_MAX || n < MATMUL_N_MIN || n > MATMUL_N_MAX)
        return "the challenge's numbers are missing or out of range";
    life->challenge.iterations = (uint32_t)iterations;
    life->challenge.n = (uint32_t)n;
    life->challenge.uuid = call_text(sealed, "uuid");
    if (!is_own_gpu(life->slot, life->challenge.uuid))
        return "the challenge is for a GPU that was not offered";
    life->ciphertext = call_text(sealed, "ciphertext");
    life->plaintext = call_text(sealed, "response_plaintext");
    if (life->ciphertext == NULL || life->plaintext == NULL || tag == NULL ||
        !hex_decode(life->tag, sizeof(life->tag), tag, strlen(tag)))
        return "the challenge lacks its ciphertext, response_plaintext or tag";
    return NULL;
}

static bool run(struct life *life, struct life_step_result *result)
{
    struct credential credential;
    struct call call = {
        .method = "POST",
        .path = arena_printf(life->arena, "/instances/launch_config/%s", life->config_id),
        .credential = &credential,
        .body = make_body(life),
    };
    const char *error;
    json_object *answer;

    call_bear(life, &credential);
    if (!call_send(life, &call, result, &answer))
        return false;
    error = read_challenge(life, answer);
    return error == NULL || call_fail(result, error);
}

const struct step step_claim = {
    .name = "claim",
    .run = run,
};
