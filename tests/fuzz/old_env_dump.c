/* Dumps of a pod in the older format: as a stranger sends them, and sealed as a pod seals them, with anything
 * in them. A dump whose processes pass has the expected command in it. */
#include "attest/old_env_dump.h"
#include "attest/environment.h"
#include "core/encode.h"
#include "crypto/aes.h"
#include "fuzz/fuzz.h"
#include "json/json.h"

#include <string.h>

#define VALIDATOR "5Dt7HZ7Zpw4DppPxFM7Ke3Cm7sDAWhsZXmM5ZAmE7dSVJbcQ"
#define HOTKEY    "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"

void fuzz_old_env_dump(const unsigned char *data, size_t size);

static const unsigned char key[OLD_ENV_DUMP_KEY_BYTES] = "0123456789abcdef0123456789abcde";

static char *seal(struct arena *arena, const unsigned char *data, size_t size)
{
    unsigned char *sealed = arena_alloc(arena, size + 2 * AES_BLOCK_BYTES);
    size_t length = aes_cbc_encrypt(key, sizeof(key), sealed, data, size, sealed + AES_BLOCK_BYTES);

    FUZZ_CHECK(length > 0);
    return base64_encode(arena, sealed, length + AES_BLOCK_BYTES);
}

void fuzz_old_env_dump(const unsigned char *data, size_t size)
{
    static const struct environment_command expected = {
        .ref_str = "app:chute", .hotkey = HOTKEY, .validator = VALIDATOR, .seed = "42"
    };
    struct arena *arena = fuzz_arena();
    const char *text = fuzz_text(arena, data, size);
    struct json_error error;
    size_t length = 0;
    char *opened = old_env_dump_open(arena, key, text, &length);

    FUZZ_CHECK(opened == NULL || length < strlen(text));
    opened = old_env_dump_open(arena, key, seal(arena, data, size), &length);
    FUZZ_CHECK(opened != NULL && length == size && (size == 0 || memcmp(opened, data, size) == 0));

    json_object *document = json_parse_strict(opened, length, &error);

    json_defer(arena, document);
    if (environment_check_processes(arena, document, &expected) == REFUSAL_NONE)
        FUZZ_CHECK(memmem(opened, length, "app:chute", strlen("app:chute")) != NULL ||
                   memmem(opened, length, "\\u", 2) != NULL || memmem(opened, length, "\\/", 2) != NULL);
    if (environment_command_matches(arena, text, &expected))
        FUZZ_CHECK(strstr(text, "app:chute") != NULL && strstr(text, HOTKEY) != NULL);
    if (environment_check_code(arena, document, "print(1)\n") == REFUSAL_NONE)
        FUZZ_CHECK(length > 0);
}
