/* What an instance of an old SDK answers, as it comes and sealed under its key: what opens is what was
 * sealed, in whatever JSON it lies, and nothing is longer than what came. */
#include "old_sdk/pod.h"
#include "core/encode.h"
#include "fuzz/fuzz.h"

#include <string.h>

void fuzz_pod(const unsigned char *data, size_t size);

void fuzz_pod(const unsigned char *data, size_t size)
{
    static const unsigned char iv[AES_BLOCK_BYTES] = { 7 };
    struct arena *arena = fuzz_arena();
    const struct pod pod = { .arena = arena, .key = { 1, 2, 3 } };
    const char *text = fuzz_text(arena, data, size), *opened;
    struct pod_answer answer = { .status = 200, .text = text, .length = strlen(text) };
    unsigned char *cipher = arena_alloc(arena, size + AES_BLOCK_BYTES);
    size_t length = aes_cbc_encrypt(pod.key, sizeof(pod.key), iv, data, size, cipher);

    opened = pod_open(&pod, iv, &answer);
    FUZZ_CHECK(opened == NULL || strlen(opened) < answer.length);

    answer.text = arena_printf(arena, "{\"json\": \"%s\"}", base64_encode(arena, cipher, length));
    answer.length = strlen(answer.text);
    opened = pod_open(&pod, iv, &answer);
    FUZZ_CHECK(opened != NULL && strcmp(opened, text) == 0);
    answer.length--;
    FUZZ_CHECK(pod_open(&pod, iv, &answer) == NULL);
}
