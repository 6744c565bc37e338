/* The three headers of a hotkey's signature, a line each, and the tail: the verdict is one of the contract's,
 * and a good one takes an address, a nonce within the window and a signature of 64 bytes. */
#include "auth/hotkey.h"
#include "crypto/ss58.h"
#include "fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#define NOW_S 1700000000

void fuzz_hotkey(const unsigned char *data, size_t size);

void fuzz_hotkey(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    unsigned given = fuzz_byte(&rest);
    const char *hotkey = fuzz_line(arena, &rest), *nonce = fuzz_line(arena, &rest);
    const char *signature = fuzz_line(arena, &rest), *tail = fuzz_text(arena, rest.data, rest.size);
    struct hotkey_headers headers = {
        .hotkey = (given & 1) != 0 ? NULL : hotkey,
        .nonce = (given & 2) != 0 ? NULL : nonce,
        .signature = (given & 4) != 0 ? NULL : signature,
    };
    unsigned char hash[SIGNATURE_HASH_BYTES] = { 0 }, key[SS58_KEY_BYTES];
    uint16_t prefix;
    enum refusal refusal = hotkey_verify(&headers, tail, NOW_S, (given & 8) != 0, hash);

    switch (refusal) {
    case REFUSAL_NONE:
        FUZZ_CHECK((given & 7) == 0 && ss58_decode(hotkey, &prefix, key));
        FUZZ_CHECK(llabs(strtoll(nonce, NULL, 10) - NOW_S) <= HOTKEY_NONCE_WINDOW_S);
        FUZZ_CHECK(strlen(signature) >= 128 && strlen(tail) <= HOTKEY_TAIL_MAX_BYTES);
        break;
    case REFUSAL_NO_CREDENTIAL:
        FUZZ_CHECK((given & 7) != 0);
        break;
    case REFUSAL_INCOMPLETE_SIGNATURE:
    case REFUSAL_BAD_HOTKEY:
    case REFUSAL_BAD_NONCE:
    case REFUSAL_BAD_SIGNATURE:
        break;
    default:
        FUZZ_CHECK(refusal == REFUSAL_INTERNAL_ERROR && strlen(tail) > HOTKEY_TAIL_MAX_BYTES);
    }
}
