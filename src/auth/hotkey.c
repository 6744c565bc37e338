/* Checks hotkey signatures. Everything cheap is refused before the curve arithmetic, and nothing is read
 * twice. */
#include "auth/hotkey.h"

#include "core/encode.h"
#include "crypto/sr25519.h"
#include "crypto/ss58.h"

#include <sodium.h>
#include <string.h>

/* rule: auth.nonce_length */
#define NONCE_MAX_DIGITS  12
#define SIGNED_MAX_BYTES  (SS58_TEXT_BYTES - 1 + 1 + NONCE_MAX_DIGITS + 1 + HOTKEY_TAIL_MAX_BYTES)
#define WRAP_BEFORE       "<Bytes>"
#define WRAP_AFTER        "</Bytes>"
#define WRAP_BEFORE_BYTES (sizeof(WRAP_BEFORE) - 1)
#define WRAP_AFTER_BYTES  (sizeof(WRAP_AFTER) - 1)

struct signed_text {
    size_t length; /* of the text between the wrapping */
    char wrapped[WRAP_BEFORE_BYTES + SIGNED_MAX_BYTES + WRAP_AFTER_BYTES];
};

static bool nonce_is_fresh(const char *nonce, int64_t now_s)
{
    size_t digits = strnlen(nonce, NONCE_MAX_DIGITS + 1);
    int64_t seconds = 0;

    /* rule: auth.nonce_empty */
    if (digits == 0 || digits > NONCE_MAX_DIGITS)
        return false;
    for (size_t i = 0; i < digits; i++) {
        /* rule: auth.nonce_digits */
        if (nonce[i] < '0' || nonce[i] > '9')
            return false;
        seconds = 10 * seconds + (nonce[i] - '0');
    }
    /* rule: auth.nonce_ahead, rule: auth.nonce_old */
    return seconds - now_s < HOTKEY_NONCE_WINDOW_S && now_s - seconds < HOTKEY_NONCE_WINDOW_S;
}

static void append(struct signed_text *text, const char *part, size_t length)
{
    memcpy(text->wrapped + WRAP_BEFORE_BYTES + text->length, part, length);
    text->length += length;
}

/* The parts are within their limits here: hotkey and nonce were read, tail is ours. */
static void compose(struct signed_text *text, const struct hotkey_headers *headers, const char *tail)
{
    text->length = 0;
    append(text, headers->hotkey, strlen(headers->hotkey));
    append(text, ":", 1);
    append(text, headers->nonce, strlen(headers->nonce));
    append(text, ":", 1);
    append(text, tail, strlen(tail));
    memcpy(text->wrapped, WRAP_BEFORE, WRAP_BEFORE_BYTES);
    memcpy(text->wrapped + WRAP_BEFORE_BYTES + text->length, WRAP_AFTER, WRAP_AFTER_BYTES);
}

enum refusal hotkey_verify(const struct hotkey_headers *headers, const char *tail, int64_t now_s,
                           bool accept_wrapped, unsigned char signature_hash[SIGNATURE_HASH_BYTES])
{
    unsigned char public_key[SS58_KEY_BYTES], signature[SR25519_SIGNATURE_BYTES];
    struct signed_text text;
    uint16_t prefix;

    if (headers->hotkey == NULL && headers->nonce == NULL && headers->signature == NULL)
        return REFUSAL_NO_CREDENTIAL;
    if (headers->hotkey == NULL || headers->nonce == NULL || headers->signature == NULL)
        /* rule: auth.three_headers */
        return REFUSAL_INCOMPLETE_SIGNATURE;
    /* rule: auth.network */
    if (!ss58_decode(headers->hotkey, &prefix, public_key) || prefix != SS58_PREFIX_HOTKEY)
        return REFUSAL_BAD_HOTKEY;
    if (!nonce_is_fresh(headers->nonce, now_s))
        return REFUSAL_BAD_NONCE;
    /* rule: auth.signature_length */
    if (strnlen(headers->signature, 2 * sizeof(signature) + 1) != 2 * sizeof(signature) ||
        !hex_decode(signature, sizeof(signature), headers->signature, 2 * sizeof(signature)))
        return REFUSAL_BAD_SIGNATURE;
    if (strlen(tail) > HOTKEY_TAIL_MAX_BYTES)
        return REFUSAL_INTERNAL_ERROR;
    compose(&text, headers, tail);
    /* rule: auth.signature, rule: auth.wrapped */
    if (!sr25519_verify(signature, text.wrapped + WRAP_BEFORE_BYTES, text.length, public_key) &&
        !(accept_wrapped && sr25519_verify(signature, text.wrapped,
                                           WRAP_BEFORE_BYTES + text.length + WRAP_AFTER_BYTES, public_key)))
        return REFUSAL_BAD_SIGNATURE;
    crypto_generichash(signature_hash, SIGNATURE_HASH_BYTES, signature, sizeof(signature), NULL, 0);
    return REFUSAL_NONE;
}

void hotkey_body_tail(char out[65], const void *body, size_t length)
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(digest, body, length);
    hex_encode(out, digest, sizeof(digest));
}
