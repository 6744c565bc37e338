/* The steps that ask an instance of an old SDK, with one answer to all of their questions, behind a byte that
 * says which step it is, and whether the answer is sealed for it: no step is passed but by who showed what it
 * asks for. What is random otherwise is the same byte here, so that an input may know it. */
#include "attest/matmul.h"
#include "core/clock.h"
#include "core/encode.h"
#include "crypto/aes.h"
#include "fuzz/fuzz.h"
#include "old_sdk/code.h"
#include "old_sdk/gpu.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

#define VALIDATOR   "5Dt7HZ7Zpw4DppPxFM7Ke3Cm7sDAWhsZXmM5ZAmE7dSVJbcQ"
#define HOTKEY      "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
#define HELLO       "01010101010101010101010101010101"
#define SEED        "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
#define ONE         1
#define DEADLINE_MS 5000

void fuzz_old_sdk(const unsigned char *data, size_t size);

static const char *say_name(void)
{
    return "one";
}

static uint32_t draw_one(void)
{
    return 1;
}

static uint32_t draw_least(const uint32_t bound)
{
    (void)bound;
    return 0;
}

static void fill_with_ones(void *const bytes, const size_t length)
{
    memset(bytes, ONE, length);
}

static struct randombytes_implementation ones = {
    .implementation_name = say_name, .random = draw_one, .uniform = draw_least, .buf = fill_with_ones
};

static bool never(void)
{
    return false;
}

/* {"json": …} as an instance makes it, under the iv that everybody has. */
static const char *seal(const struct verification *verification, const struct fuzz_rest *rest)
{
    unsigned char iv[AES_BLOCK_BYTES];
    struct arena *arena = verification->pod.arena;
    unsigned char *cipher = arena_alloc(arena, rest->size + AES_BLOCK_BYTES);
    size_t length;

    memset(iv, ONE, sizeof(iv));
    length = aes_cbc_encrypt(verification->pod.key, AES128_KEY_BYTES, iv, rest->data, rest->size, cipher);

    return arena_printf(arena, "{\"json\": \"%s\"}", base64_encode(arena, cipher, length));
}

/* What passed was shown. */
static void check_passed(const struct verification *verification, step *asked, const char *plain)
{
    static const char digits[] = "0123456789abcdef";
    struct arena *arena = verification->pod.arena;
    struct json_error error;
    json_object *object = json_parse_strict(plain, strlen(plain), &error);
    const char *contents;
    unsigned char *found;
    size_t length = 0;

    json_defer(arena, object);
    if (asked == code_read_whole) {
        contents = json_get_text(object, "contents");
        FUZZ_CHECK(contents != NULL);
        found = base64_decode(arena, contents, strlen(contents), &length);
        FUZZ_CHECK(found != NULL && length == strlen(verification->instance->code) &&
                   memcmp(found, verification->instance->code, length) == 0);
    } else if (asked == code_read_pieces) {
        FUZZ_CHECK(strlen(plain) == 64 && strspn(plain, digits) == 64);
    } else {
        FUZZ_CHECK(strcmp(json_get_text(object, "hello"), HELLO) == 0);
    }
}

void fuzz_old_sdk(const unsigned char *data, size_t size)
{
    static step *const steps[] = { code_read_whole, code_read_pieces, gpu_exchange_key, gpu_greet };
    static const char command[] =
        "python3 chutes run app:chute --port 8000 --graval-seed 42 --miner-ss58 " HOTKEY
        " --validator-ss58 " VALIDATOR;
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    unsigned what = fuzz_byte(&rest);
    step *asked = steps[what % 4];
    bool sealed = what / 4 % 2 == 1;
    struct config config = { .background.verify_timeout_ms = DEADLINE_MS,
                             .attestation.proof_of_work = PROOF_MATMUL,
                             .attestation.matmul_n = MATMUL_N_MIN,
                             .attestation.matmul_rows = 1 };
    const struct old_sdk_instance instance = { .symmetric_key = HELLO,
                                               .hotkey = HOTKEY,
                                               .holds_key = sealed,
                                               .hides_paths = sealed,
                                               .code = command,
                                               .filename = "app.py",
                                               .ref_str = "app:chute" };
    struct verification verification = { .config = &config, .instance = &instance, .should_stop = never };
    const char *plain = fuzz_text(arena, rest.data, rest.size), *text;
    enum step_result result;

    randombytes_set_implementation(&ones);
    config.launch.validator_ss58 = (char *)VALIDATOR;
    config.launch.validator_seed = (struct secret){ (char *)SEED, strlen(SEED) };
    verification.pod =
        (struct pod){ .config = &config, .arena = arena, .host = "127.0.0.1", .address = "127.0.0.1" };
    verification.pod.hotkey = HOTKEY;
    verification.pod.hides_paths = sealed;
    verification.pod.deadline_ms = clock_monotonic_ms() + DEADLINE_MS;
    verification.proof = (struct proof_context){ &config, arena, verification.pod.deadline_ms };
    verification.gpus = ask_parse(&verification, "[{\"uuid\": \"gpu\", \"device_info\": {}, \"seed\": 42}]");
    verification.challenges = ask_parse(&verification, "[]");
    text = sealed ? seal(&verification, &rest) : arena_strndup(arena, (const char *)rest.data, rest.size);
    verification.pod.port =
        fuzz_peer_says(arena, (const unsigned char *)text, sealed ? strlen(text) : rest.size);
    result = asked(&verification);
    if (result == STEP_PASSED)
        check_passed(&verification, asked, plain);
    else
        FUZZ_CHECK(result != STEP_UNJUDGED && verification.failure != REFUSAL_NONE);
}
