/* The plaintext that shows possession of the key is made here alone. */
#include "launch/challenge.h"

#include "core/encode.h"
#include "crypto/aes.h"
#include "json/json.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

static const char *plaintext_of(struct arena *arena, const char *config_id, uint64_t seed)
{
    return arena_printf(arena, "secret is %s %" PRIu64, config_id, seed);
}

json_object *challenge_describe(struct arena *arena, const char *config_id, const char *job_id,
                                const struct proof_gpu *gpu, const struct proof_challenge *challenge)
{
    json_object *answer = json_made(json_object_new_object()), *key = json_made(json_object_new_object());
    const char *plaintext = plaintext_of(arena, config_id, challenge->seed);

    json_put(answer, "seed", json_made(json_object_new_uint64(challenge->seed)));
    json_put(answer, "iterations", json_made(json_object_new_int64(gpu->iterations)));
    json_put(answer, "job_id", job_id == NULL ? NULL : json_made(json_object_new_string(job_id)));
    json_put(key, "ciphertext", json_made(json_object_new_string(challenge->ciphertext)));
    json_put(key, "uuid", json_made(json_object_new_string(gpu->uuid)));
    json_put(key, "response_plaintext", json_made(json_object_new_string(plaintext)));
    json_put(answer, "symmetric_key", key);
    if (challenge->shown != NULL) {
        json_object_object_foreach(challenge->shown, name, member)
        {
            json_put(answer, name, json_object_get(member));
        }
    }
    return answer;
}

bool challenge_is_answered(const struct launch *launch)
{
    const char *response = json_get_text(launch->body, "response"),
               *iv_text = json_get_text(launch->body, "iv");
    const char *key_text = launch->symmetric_key;
    const char *expected = plaintext_of(launch->arena, launch->config_id, launch->challenge.seed);
    unsigned char key[AES128_KEY_BYTES], iv[AES_BLOCK_BYTES];
    size_t length = 0;
    unsigned char *cipher = base64_decode(launch->arena, response, strlen(response), &length);
    /* rule: launch.plaintext */
    bool right = hex_decode(key, sizeof(key), key_text, strlen(key_text)) &&
                 hex_decode(iv, sizeof(iv), iv_text, strlen(iv_text)) && cipher != NULL &&
                 aes_cbc_is_encryption_of(key, sizeof(key), iv, cipher, length, expected);

    sodium_memzero(key, sizeof(key));
    return right;
}
