/* Two small tables of this process, the oldest entry overwritten first: verified keys and wrong tries. Both
 * forget by time and by size, so that nobody can make them grow. */
#include "auth/api_key.h"

#include <sodium.h>
#include <string.h>

#define PREFIX    "cpk_"
#define KEPT_MAX  256
#define WRONG_MAX 256
#define HEX       "0123456789abcdef"
#define ALPHANUM  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static struct {
    unsigned char digest[32]; /* of key and hash, under process_key */
    int64_t until_ms;
} kept[KEPT_MAX];

static struct {
    char key_id[API_KEY_ID_BYTES];
    int count;
    int64_t until_ms;
} wrong[WRONG_MAX];

static size_t kept_next, wrong_next;

bool api_key_parse(const char *text, struct api_key *key)
{
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

static bool is_kept(const unsigned char digest[32], int64_t now_ms)
{
    bool found = false;

    for (size_t i = 0; i < KEPT_MAX; i++)
        found |= kept[i].until_ms > now_ms && sodium_memcmp(kept[i].digest, digest, 32) == 0;
    return found;
}

static void keep(const unsigned char digest[32], int64_t now_ms)
{
    memcpy(kept[kept_next].digest, digest, 32);
    kept[kept_next].until_ms = now_ms + API_KEY_KEPT_MS;
    kept_next = (kept_next + 1) % KEPT_MAX;
}

static int *wrong_count(const char *key_id, int64_t now_ms)
{
    for (size_t i = 0; i < WRONG_MAX; i++) {
        if (wrong[i].until_ms > now_ms && strcmp(wrong[i].key_id, key_id) == 0)
            return &wrong[i].count;
    }
    return NULL;
}

static void note_wrong(const char *key_id, int64_t now_ms)
{
    int *count = wrong_count(key_id, now_ms);

    if (count != NULL) {
        ++*count;
        return;
    }
    memcpy(wrong[wrong_next].key_id, key_id, API_KEY_ID_BYTES);
    wrong[wrong_next].count = 1;
    wrong[wrong_next].until_ms = now_ms + API_KEY_KEPT_MS;
    wrong_next = (wrong_next + 1) % WRONG_MAX;
}

bool api_key_verify(const char *text, const struct api_key *key, const char *hash, int64_t now_ms,
                    bool *fresh)
{
    unsigned char digest[32];
    const int *tries;

    *fresh = false;
    digest_of(text, hash, digest);
    if (is_kept(digest, now_ms))
        return true;
    tries = wrong_count(key->key_id, now_ms);
    if (tries != NULL && *tries >= API_KEY_TRIES_MAX)
        return false;
    if (crypto_pwhash_str_verify(hash, text, strlen(text)) != 0) {
        note_wrong(key->key_id, now_ms);
        return false;
    }
    keep(digest, now_ms);
    *fresh = true;
    return true;
}
