/* The seed is decoded for each use and wiped after it. */
#include "crypto/validator.h"

#include "core/encode.h"
#include "crypto/sr25519.h"
#include "crypto/ss58.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX_BYTES 512

#define HEX_MARK       "0x" /* wallets write it before a seed, or not */
#define HEX_MARK_BYTES (sizeof(HEX_MARK) - 1)

static bool decode(const struct secret *seed, unsigned char bytes[SR25519_SEED_BYTES])
{
    size_t skipped;

    if (seed->text == NULL)
        return false;
    skipped = strncmp(seed->text, HEX_MARK, HEX_MARK_BYTES) == 0 ? HEX_MARK_BYTES : 0;
    return hex_decode(bytes, SR25519_SEED_BYTES, seed->text + skipped, seed->length - skipped);
}

bool validator_seed_is_of(const struct secret *seed, const char *address)
{
    unsigned char bytes[SR25519_SEED_BYTES], key[SR25519_PUBLIC_KEY_BYTES];
    char text[SS58_TEXT_BYTES];
    bool same = decode(seed, bytes) && sr25519_public_key(key, bytes) &&
                ss58_encode(text, SS58_PREFIX_HOTKEY, key) && strcmp(text, address) == 0;

    sodium_memzero(bytes, sizeof(bytes));
    return same;
}

bool validator_sign(const struct secret *seed, const char *validator, const char *miner, const char *nonce,
                    const char *tail, char signature[VALIDATOR_SIGNATURE_TEXT_BYTES])
{
    unsigned char bytes[SR25519_SEED_BYTES], raw[SR25519_SIGNATURE_BYTES];
    char message[MESSAGE_MAX_BYTES];
    int length = snprintf(message, sizeof(message), "%s:%s:%s:%s", miner, validator, nonce, tail);
    bool done = length > 0 && length < (int)sizeof(message) && decode(seed, bytes) &&
                sr25519_sign(raw, message, (size_t)length, bytes);

    sodium_memzero(bytes, sizeof(bytes));
    if (done)
        hex_encode(signature, raw, sizeof(raw));
    return done;
}
