/* SS58: an address that is accepted is the one that its prefix and key are written as, and the other way. */
#include "crypto/ss58.h"
#include "fuzz/fuzz.h"

#include <string.h>

void fuzz_ss58(const unsigned char *data, size_t size);

void fuzz_ss58(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    const char *text = fuzz_text(arena, data, size);
    unsigned char key[SS58_KEY_BYTES], again[SS58_KEY_BYTES];
    char written[SS58_TEXT_BYTES];
    uint16_t prefix, prefix_again;

    if (ss58_decode(text, &prefix, key))
        FUZZ_CHECK(ss58_encode(written, prefix, key) && strcmp(written, text) == 0);
    if (size < sizeof(prefix) + sizeof(key))
        return;
    memcpy(&prefix, data, sizeof(prefix));
    memcpy(key, data + sizeof(prefix), sizeof(key));
    FUZZ_CHECK(ss58_encode(written, prefix, key) == (prefix <= SS58_PREFIX_MAX));
    if (prefix > SS58_PREFIX_MAX)
        return;
    /* 46 and 47 are reserved, and the encoder does not know what they are for. */
    if (ss58_decode(written, &prefix_again, again))
        FUZZ_CHECK(prefix_again == prefix && memcmp(key, again, sizeof(key)) == 0);
    else
        FUZZ_CHECK(prefix == 46 || prefix == 47);
}
