/* What an instance of an old SDK must show of its GPUs: that they can read what is encrypted for them, and
 * that they are the ones it announced. */
#include "old_sdk/gpu.h"

#include "core/clock.h"
#include "core/encode.h"
#include "core/log.h"
#include "json/json.h"
#include "json/json_text.h"

#include <sodium.h>
#include <string.h>

#define DEVICE_ROUNDS 20
#define DEVICE_BYTES  32
#define DEVICE_ID_MAX 25 /* ids that a GraVal challenge may name, whether or not there are so many GPUs */
#define HELLO_BYTES   16

static struct proof_gpu gpu_of(struct arena *arena, json_object *entry)
{
    json_object *info = NULL;
    const char *seed_text = json_get_integer_text(entry, "seed");
    uint64_t seed = PROOF_NO_SEED;

    json_object_object_get_ex(entry, "device_info", &info);
    if (!proof_seed_parse(seed_text, &seed))
        seed = PROOF_NO_SEED;
    return (struct proof_gpu){
        .uuid = json_get_text(entry, "uuid"),
        .device_info = json_text(arena, info),
        .iterations = json_get_integer(entry, "iterations", 1),
        .seed = seed,
    };
}

/* What the provider shows goes into the envelope. The envelope itself has no place for the iterations: they
 * stand in what is shown. */
static void put_shown(json_object *envelope, json_object *shown, int64_t iterations)
{
    if (shown == NULL)
        return;
    json_object_object_foreach(shown, name, member)
    {
        if (json_object_is_type(member, json_type_object))
            json_put(member, "iterations", json_made(json_object_new_int64(iterations)));
        json_put(envelope, name, json_object_get(member));
    }
}

/* What the provider took is not the instance's time. */
static void leave_out(struct verification *verification, int64_t since_ms)
{
    int64_t put_off_ms = verification->pod.deadline_ms + clock_monotonic_ms() - since_ms;

    verification->pod.deadline_ms =
        put_off_ms < verification->proof.deadline_ms ? put_off_ms : verification->proof.deadline_ms;
}

/* {name: {"ciphertext", "iv", "length", "device_id", "seed", …}}: text (32 characters) sealed for a GPU at
 * random. NULL: it could not be sealed. */
static const char *make_envelope(struct verification *verification, const char *name, const char *text)
{
    const struct proof_algorithm *algorithm = proof_algorithm_configured(verification->config);
    uint32_t index = randombytes_uniform((uint32_t)json_object_array_length(verification->gpus));
    struct proof_gpu gpu =
        gpu_of(verification->pod.arena, json_object_array_get_idx(verification->gpus, index));
    struct arena *arena = verification->pod.arena;
    struct proof_challenge challenge;
    json_object *outer, *inner;
    char iv[2 * AES_BLOCK_BYTES + 1];
    unsigned char *sealed;
    size_t length = 0;
    int64_t since_ms = clock_monotonic_ms();
    enum status status = STATUS_UNAVAILABLE;

    if (algorithm != NULL)
        status = algorithm->make(&verification->proof, &gpu, text, &challenge);
    leave_out(verification, since_ms);
    if (status != STATUS_OK)
        return NULL;
    sealed = base64_decode(arena, challenge.ciphertext, strlen(challenge.ciphertext), &length);
    if (sealed == NULL || length <= AES_BLOCK_BYTES)
        return NULL;
    hex_encode(iv, sealed, AES_BLOCK_BYTES);
    length -= AES_BLOCK_BYTES;
    outer = json_made(json_object_new_object());
    inner = json_made(json_object_new_object());
    json_put(inner, "ciphertext",
             json_made(json_object_new_string(base64_encode(arena, sealed + AES_BLOCK_BYTES, length))));
    json_put(inner, "iv", json_made(json_object_new_string(iv)));
    json_put(inner, "length", json_made(json_object_new_int64((int64_t)length)));
    json_put(inner, "device_id", json_made(json_object_new_int64(index)));
    json_put(inner, "seed", json_made(json_object_new_uint64(challenge.seed)));
    put_shown(inner, challenge.shown, gpu.iterations);
    json_put(outer, name, inner);
    return ask_text(verification, outer);
}

static void make_hello(char hello[2 * HELLO_BYTES + 1])
{
    unsigned char bytes[HELLO_BYTES];

    randombytes_buf(bytes, sizeof(bytes));
    hex_encode(hello, bytes, sizeof(bytes));
}

static bool says_hello(json_object *object, const char *hello)
{
    const char *said = json_object_is_type(object, json_type_object) ? json_get_text(object, "hello") : NULL;

    return said != NULL && strcmp(said, hello) == 0;
}

enum step_result gpu_greet(struct verification *verification)
{
    char hello[2 * HELLO_BYTES + 1];
    struct pod_answer answer;
    const char *envelope;

    make_hello(hello);
    envelope = make_envelope(verification, "hello", hello);
    if (envelope == NULL)
        return STEP_UNJUDGED;
    answer = pod_ask(
        &verification->pod,
        &(struct pod_question){ .path = "/_ping", .body = envelope, .json = true, .graval_encrypted = true });
    if (!ask_is_good(&answer))
        return ask_fail(verification, STEP_NO_ANSWER, REFUSAL_OLD_SDK_PING_SILENT);
    return says_hello(ask_parse(verification, answer.text), hello)
               ? STEP_PASSED
               : ask_fail(verification, STEP_WRONG, REFUSAL_OLD_SDK_GREETING_WRONG);
}

enum step_result gpu_exchange_key(struct verification *verification)
{
    const char *envelope =
                   make_envelope(verification, "symmetric_key", verification->instance->symmetric_key),
               *plain;
    char hello[2 * HELLO_BYTES + 1];
    unsigned char iv[AES_BLOCK_BYTES];
    struct pod_answer answer;

    if (envelope == NULL)
        return STEP_UNJUDGED;
    answer = pod_ask(
        &verification->pod,
        &(struct pod_question){ .path = "/_exchange", .body = envelope, .json = true, .plain_path = true });
    if (!ask_is_good(&answer) && answer.status != 404)
        return ask_fail(verification, STEP_NO_ANSWER, REFUSAL_OLD_SDK_EXCHANGE_SILENT);
    make_hello(hello);
    answer = pod_ask(
        &verification->pod,
        &(struct pod_question){
            .path = "/_ping",
            .body = pod_seal(&verification->pod,
                             arena_printf(verification->pod.arena, "{\"hello\":\"%s\"}", hello), iv) });
    if (!ask_is_good(&answer))
        return ask_fail(verification, STEP_NO_ANSWER, REFUSAL_OLD_SDK_PING_SILENT);
    plain = pod_open(&verification->pod, iv, &answer);
    return plain != NULL && says_hello(ask_parse(verification, plain), hello)
               ? STEP_PASSED
               : ask_fail(verification, STEP_WRONG, REFUSAL_OLD_SDK_KEY_WRONG);
}

/* One round of what only the very GPUs can answer; the service judges. */
static enum step_result challenge_once(struct verification *verification)
{
    json_object *devices = verification->subject;
    unsigned char bytes[DEVICE_BYTES];
    char challenge[2 * DEVICE_BYTES + 1];
    struct pod_answer answer;
    enum status status;
    bool valid = false;
    int64_t since_ms;

    randombytes_buf(bytes, sizeof(bytes));
    if (bytes[0] >= json_object_array_length(devices) && bytes[0] > DEVICE_ID_MAX)
        bytes[0] = 0;
    hex_encode(challenge, bytes, sizeof(bytes));
    answer = pod_ask(
        &verification->pod,
        &(struct pod_question){ .path = "/_device_challenge",
                                .query = arena_printf(verification->pod.arena, "challenge=%s", challenge) });
    if (!ask_is_good(&answer))
        return ask_fail(verification, STEP_NO_ANSWER, REFUSAL_OLD_SDK_DEVICES_SILENT);
    since_ms = clock_monotonic_ms();
    status = proof_algorithm_configured(verification->config)
                 ->check_devices(&verification->proof, devices, challenge, answer.text, &valid);
    leave_out(verification, since_ms);
    if (status != STATUS_OK)
        return STEP_UNJUDGED;
    return valid ? STEP_PASSED : ask_fail(verification, STEP_WRONG, REFUSAL_OLD_SDK_DEVICES_WRONG);
}

enum step_result gpu_challenge_devices(struct verification *verification)
{
    const struct proof_algorithm *algorithm = proof_algorithm_configured(verification->config);
    json_object *devices = json_made(json_object_new_array());
    enum step_result result = STEP_PASSED;

    json_defer(verification->pod.arena, devices);
    if (algorithm == NULL || algorithm->check_devices == NULL) {
        log_event(LOG_LEVEL_INFO, "no device challenges: the configured proof of work has none");
        return STEP_PASSED;
    }
    for (size_t i = 0; i < json_object_array_length(verification->gpus); i++) {
        json_object *info = NULL;

        json_object_object_get_ex(json_object_array_get_idx(verification->gpus, i), "device_info", &info);
        json_append(devices, json_object_get(info));
    }
    for (int i = 0; i < DEVICE_ROUNDS && result == STEP_PASSED; i++)
        result = ask_step(verification, challenge_once, devices);
    return result;
}
