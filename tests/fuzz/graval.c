/* What a GraVal service answers, behind a byte that says what it was asked: a ciphertext that is taken is
 * one, with a seed that is none of ours to guess, and a verdict is what stands in the answer, never made up.
 */
#include "attest/graval.h"
#include "core/clock.h"
#include "core/encode.h"
#include "fuzz/fuzz.h"
#include "json/json.h"

#include <string.h>

#define DEADLINE_MS 5000

void fuzz_graval(const unsigned char *data, size_t size);

static void check_encrypt(const struct proof_context *context, const struct proof_gpu *gpu, const char *text)
{
    const char *ciphertext = NULL;
    uint64_t seed = PROOF_NO_SEED;
    size_t length = 0;
    enum status status = graval_encrypt(context, gpu, "000102030405060708090a0b0c0d0e0f", &seed, &ciphertext);

    FUZZ_CHECK(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    if (status != STATUS_OK)
        return;
    FUZZ_CHECK(seed != PROOF_NO_SEED && strstr(text, ciphertext) != NULL);
    FUZZ_CHECK(base64_decode(context->arena, ciphertext, strlen(ciphertext), &length) != NULL && length > 16);
}

static void check_verdict(const struct proof_context *context, const char *text, enum status status,
                          bool valid)
{
    struct json_error error;
    json_object *answer = json_parse_strict(text, strlen(text), &error), *verdict = NULL;

    json_defer(context->arena, answer);
    FUZZ_CHECK(status == STATUS_OK || status == STATUS_UNAVAILABLE);
    FUZZ_CHECK(status == STATUS_OK || !valid);
    if (status == STATUS_OK)
        FUZZ_CHECK(json_object_object_get_ex(answer, "result", &verdict) &&
                   json_object_is_type(verdict, json_type_boolean) &&
                   json_object_get_boolean(verdict) == (int)valid);
}

void fuzz_graval(const unsigned char *data, size_t size)
{
    static const struct proof_gpu gpu = { .uuid = "gpu", .device_info = "{}", .iterations = 1 };
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    unsigned what = fuzz_byte(&rest) % 3;
    struct config config = { .attestation.graval_concurrency = 1 };
    const struct proof_context context = { &config, arena, clock_monotonic_ms() + DEADLINE_MS };
    const char *text = fuzz_text(arena, rest.data, rest.size);
    bool valid = false;

    config.attestation.graval_url =
        (char *)arena_printf(arena, "http://127.0.0.1:%d", fuzz_peer_says(arena, rest.data, rest.size));
    if (what == 0) {
        check_encrypt(&context, &gpu, text);
    } else if (what == 1) {
        enum status status = graval_check_proof(&context, &gpu, 4711, NULL, &valid);
        check_verdict(&context, text, status, valid);
    } else {
        json_object *devices = json_made(json_object_new_array());
        enum status status;

        json_defer(arena, devices);
        status = graval_verify_devices(&context, devices, "challenge", "response", &valid);
        check_verdict(&context, text, status, valid);
    }
}
