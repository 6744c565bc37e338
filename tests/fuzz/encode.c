/* Hex, base64, base64url and UUIDs: what is decoded is encoded to the same text, and the other way. */
#include "core/encode.h"
#include "fuzz/fuzz.h"

#include <string.h>
#include <strings.h>

void fuzz_encode(const unsigned char *data, size_t size);

void fuzz_encode(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    const char *text = fuzz_text(arena, data, size);
    size_t length = strlen(text), decoded_length;
    char *hex = arena_alloc(arena, 2 * size + 1);
    unsigned char *bytes = arena_alloc(arena, size + 1), *decoded;

    hex_encode(hex, data, size);
    FUZZ_CHECK(hex_decode(bytes, size, hex, 2 * size) && (size == 0 || memcmp(bytes, data, size) == 0));
    if (length % 2 == 0 && hex_decode(bytes, length / 2, text, length)) {
        hex_encode(hex, bytes, length / 2);
        FUZZ_CHECK(strcasecmp(hex, text) == 0);
    }

    const char *encoded = base64_encode(arena, data, size);
    decoded = base64_decode(arena, encoded, strlen(encoded), &decoded_length);
    FUZZ_CHECK(decoded != NULL && decoded_length == size && (size == 0 || memcmp(decoded, data, size) == 0));
    decoded = base64_decode(arena, text, length, &decoded_length);
    if (decoded != NULL)
        FUZZ_CHECK(strcmp(base64_encode(arena, decoded, decoded_length), text) == 0);

    encoded = base64url_encode(arena, data, size);
    decoded = base64url_decode(arena, encoded, strlen(encoded), &decoded_length);
    FUZZ_CHECK(decoded != NULL && decoded_length == size && (size == 0 || memcmp(decoded, data, size) == 0));
    decoded = base64url_decode(arena, text, length, &decoded_length);
    if (decoded != NULL)
        FUZZ_CHECK(strcmp(base64url_encode(arena, decoded, decoded_length), text) == 0);

    if (uuid_is_text(text))
        FUZZ_CHECK(length == UUID_TEXT_BYTES - 1);
}
