/* Remembers verified keys in this process: they are forgotten by time and by number. */
#include "auth/api_key.h"

#include "auth/rates.h"
#include "core/ring_cache.h"

#include <sodium.h>
#include <string.h>

#define PREFIX        "cpk_"
#define VERIFIED_KEPT 256
#define HEX           "0123456789abcdef"
#define ALPHANUM      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* The verified keys, by a digest of key and hash; of the value nothing is used. */
RING_CACHE(verified, VERIFIED_KEPT, char);

bool api_key_parse(const char *text, struct api_key *key)
{
    /* rule: auth.api_key_form */
    if (strnlen(text, API_KEY_BYTES + 1) != API_KEY_BYTES || strncmp(text, PREFIX, 4) != 0 ||
        strspn(text + 4, HEX) != 32 || text[36] != '.' || strspn(text + 37, HEX) != 32 || text[69] != '.' ||
        strspn(text + 70, ALPHANUM) != 32)
        return false;
    memset(key, 0, sizeof(*key));
    memcpy(key->key_id, text + 4, 32);
    memcpy(key->user_id, text + 37, 32);
    return true;
}

static void digest_of(const char *text, const char *hash, unsigned char digest[32])
{
    static unsigned char process_key[crypto_generichash_KEYBYTES];
    static bool made;
    crypto_generichash_state state;

    if (!made) {
        randombytes_buf(process_key, sizeof(process_key));
        made = true;
    }
    crypto_generichash_init(&state, process_key, sizeof(process_key), 32);
    crypto_generichash_update(&state, (const unsigned char *)text, strlen(text) + 1);
    crypto_generichash_update(&state, (const unsigned char *)hash, strlen(hash));
    crypto_generichash_final(&state, digest, 32);
}

bool api_key_verify(const char *text, const char *hash, const char *client, int64_t now_ms, bool *fresh)
{
    unsigned char digest[32];

    *fresh = false;
    digest_of(text, hash, digest);
    if (ring_cache_find(&verified, digest, now_ms) != NULL)
        return true;
    /* rule: auth.api_key_tries */
    if (!rates_may_guess(client, now_ms))
        return false;
    /* rule: auth.api_key_hash */
    if (crypto_pwhash_str_verify(hash, text, strlen(text)) != 0) {
        rates_note_guess(client, now_ms);
        return false;
    }
    (void)ring_cache_put(&verified, digest, now_ms + API_KEY_KEPT_MS);
    *fresh = true;
    return true;
}
