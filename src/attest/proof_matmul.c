/* The matmul provider: binds attest/matmul.h to the provider interface. It shows that work was done for this
 * challenge; it does not show on what make of GPU. The pod sees "povw": the algorithm, the size of the
 * matrices and the tag of the secret row. The server keeps the size and the secret row itself. */
#include "attest/matmul.h"
#include "attest/proof.h"
#include "core/encode.h"
#include "core/log.h"
#include "crypto/aes.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

static const struct field work_fields[] = {
    { .name = "algorithm", .type = FIELD_TEXT, .required = true, .doc = MATMUL_ALGORITHM "." },
    { .name = "n", .type = FIELD_INTEGER, .required = true, .doc = "Rows of the matrices." },
    { .name = "tag", .type = FIELD_TEXT, .required = true, .doc = "Hex; tells the row that opens the key." },
    { .type = FIELD_END },
};

const struct field proof_matmul_shown[] = {
    { .name = "povw",
      .type = FIELD_OBJECT,
      .children = work_fields,
      .doc = "With the provider matmul: what to compute." },
    { .type = FIELD_END },
};

/* Always a fresh one, also for a GPU with a seed of its own: who knows the seed before can compute before.
 * Never 0: launch_configs.seed = 0 says that no challenge is stored yet. */
static int64_t random_seed(void)
{
    uint64_t seed;

    do {
        randombytes_buf(&seed, sizeof(seed));
        seed >>= 1;
    } while (seed == 0);
    return (int64_t)seed;
}

/* base64(iv | cipher) of the secret under what the digest gives; NULL: it has not the length of one. */
static const char *seal(struct arena *arena, const unsigned char digest[MATMUL_DIGEST_BYTES],
                        const char *secret)
{
    unsigned char key[AES256_KEY_BYTES];
    unsigned char sealed[AES_BLOCK_BYTES + 2 * AES128_KEY_BYTES + AES_BLOCK_BYTES];
    size_t length = strlen(secret), cipher_length;

    if (length != (size_t)2 * AES128_KEY_BYTES)
        return NULL;
    matmul_seal_key(digest, key);
    randombytes_buf(sealed, AES_BLOCK_BYTES);
    cipher_length = aes_cbc_encrypt(key, sizeof(key), sealed, secret, length, sealed + AES_BLOCK_BYTES);
    sodium_memzero(key, sizeof(key));
    return cipher_length != 0 ? base64_encode(arena, sealed, AES_BLOCK_BYTES + cipher_length) : NULL;
}

/* {"povw": {"algorithm", "n", "tag"}} */
static json_object *show(const struct matmul_challenge *work, const unsigned char digest[MATMUL_DIGEST_BYTES])
{
    json_object *shown = json_made(json_object_new_object()), *povw = json_made(json_object_new_object());
    unsigned char tag[MATMUL_TAG_BYTES];
    char tag_hex[2 * MATMUL_TAG_BYTES + 1];

    matmul_tag(digest, tag);
    hex_encode(tag_hex, tag, sizeof(tag));
    json_put(povw, "algorithm", json_made(json_object_new_string(MATMUL_ALGORITHM)));
    json_put(povw, "n", json_made(json_object_new_int64(work->n)));
    json_put(povw, "tag", json_made(json_object_new_string(tag_hex)));
    json_put(shown, "povw", povw);
    return shown;
}

/* {"n", "secret_row"} */
static json_object *keep(const struct matmul_challenge *work, uint32_t secret_row)
{
    json_object *kept = json_made(json_object_new_object());

    json_put(kept, "n", json_made(json_object_new_int64(work->n)));
    json_put(kept, "secret_row", json_made(json_object_new_int64(secret_row)));
    return kept;
}

static enum status make(const struct proof_context *context, const struct proof_gpu *gpu, const char *secret,
                        struct proof_challenge *challenge)
{
    struct matmul_challenge work = {
        .uuid = gpu->uuid,
        .seed = random_seed(),
        .iterations = (uint32_t)gpu->iterations,
        .n = (uint32_t)context->config->attestation.matmul_n,
    };
    uint32_t row = randombytes_uniform(work.n);
    unsigned char digest[1][MATMUL_DIGEST_BYTES];

    if (!matmul_rows(&work, &row, 1, digest))
        return STATUS_UNAVAILABLE;
    challenge->seed = (uint64_t)work.seed;
    challenge->ciphertext = seal(context->arena, digest[0], secret);
    challenge->shown = show(&work, digest[0]);
    challenge->kept = keep(&work, row);
    json_defer(context->arena, challenge->shown);
    json_defer(context->arena, challenge->kept);
    sodium_memzero(digest, sizeof(digest));
    return challenge->ciphertext != NULL ? STATUS_OK : STATUS_UNAVAILABLE;
}

static enum status check(const struct proof_context *context, const struct proof_gpu *gpu,
                         const struct proof_challenge *challenge, const struct proof_work *given, bool *valid)
{
    bool is_object = json_object_is_type(challenge->kept, json_type_object);
    int64_t n = is_object ? json_get_integer(challenge->kept, "n", 0) : 0;
    int64_t secret_row = is_object ? json_get_integer(challenge->kept, "secret_row", -1) : -1;
    struct matmul_challenge work = {
        .uuid = gpu->uuid,
        .seed = (int64_t)challenge->seed,
        .iterations = (uint32_t)gpu->iterations,
        .n = (uint32_t)n,
    };

    *valid = false;
    if (n < MATMUL_N_MIN || n > MATMUL_N_MAX || secret_row < 0 || secret_row >= n) {
        log_event(LOG_LEVEL_ERROR, "a stored challenge lacks the matrix size or the secret row: no proof of"
                                   " work can be judged by it");
        return STATUS_UNAVAILABLE;
    }
    if (!json_object_is_type(given->product, json_type_string))
        return STATUS_OK;
    return matmul_verify(&work, (uint32_t)secret_row, (uint32_t)context->config->attestation.matmul_rows,
                         json_object_get_string(given->product), valid)
               ? STATUS_OK
               : STATUS_UNAVAILABLE;
}

const struct proof_algorithm proof_matmul = {
    .name = MATMUL_ALGORITHM,
    .make = make,
    .check = check,
};
