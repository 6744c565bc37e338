/* The matmul provider: binds attest/matmul.h to the provider interface. It shows that work was done for this
 * challenge; it does not show on what make of GPU. */
#include "attest/matmul.h"
#include "attest/proof.h"
#include "core/encode.h"
#include "crypto/aes.h"

#include <sodium.h>
#include <string.h>

/* A seed that is never 0: launch_configs.seed = 0 says that no challenge is stored yet. */
static int64_t random_seed(void)
{
    uint64_t seed;

    do {
        randombytes_buf(&seed, sizeof(seed));
        seed >>= 1;
    } while (seed == 0);
    return (int64_t)seed;
}

static bool seal(struct arena *arena, const unsigned char digest[MATMUL_DIGEST_BYTES],
                 const char *symmetric_key, struct proof_challenge *challenge)
{
    unsigned char key[AES256_KEY_BYTES], tag[MATMUL_TAG_BYTES];
    unsigned char sealed[AES_BLOCK_BYTES + 2 * AES128_KEY_BYTES + AES_BLOCK_BYTES];
    char *tag_hex = arena_alloc(arena, 2 * MATMUL_TAG_BYTES + 1);
    size_t length = strlen(symmetric_key), cipher_length;

    if (length != (size_t)2 * AES128_KEY_BYTES)
        return false;
    matmul_seal_key(digest, key);
    matmul_tag(digest, tag);
    randombytes_buf(sealed, AES_BLOCK_BYTES);
    cipher_length =
        aes_cbc_encrypt(key, sizeof(key), sealed, symmetric_key, length, sealed + AES_BLOCK_BYTES);
    sodium_memzero(key, sizeof(key));
    hex_encode(tag_hex, tag, sizeof(tag));
    challenge->ciphertext = base64_encode(arena, sealed, AES_BLOCK_BYTES + cipher_length);
    challenge->tag = tag_hex;
    return cipher_length != 0;
}

static enum status make(const struct proof_context *context, const struct proof_gpu *gpu,
                        const char *symmetric_key, struct proof_challenge *challenge)
{
    struct matmul_challenge work = {
        .uuid = gpu->uuid,
        .seed = random_seed(),
        .iterations = (uint32_t)gpu->iterations,
        .n = (uint32_t)context->config->attestation.matmul_n,
    };
    uint32_t row = randombytes_uniform(work.n);
    unsigned char digest[1][MATMUL_DIGEST_BYTES];
    bool sealed;

    if (!matmul_rows(&work, &row, 1, digest))
        return STATUS_UNAVAILABLE;
    challenge->algorithm = MATMUL_ALGORITHM;
    challenge->seed = work.seed;
    challenge->n = work.n;
    challenge->secret_row = row;
    sealed = seal(context->arena, digest[0], symmetric_key, challenge);
    sodium_memzero(digest, sizeof(digest));
    return sealed ? STATUS_OK : STATUS_UNAVAILABLE;
}

static enum status check(const struct proof_context *context, const struct proof_gpu *gpu,
                         const struct proof_challenge *challenge, const char *work_product, bool *valid)
{
    struct matmul_challenge work = {
        .uuid = gpu->uuid,
        .seed = challenge->seed,
        .iterations = (uint32_t)gpu->iterations,
        .n = (uint32_t)challenge->n,
    };

    if (!matmul_verify(&work, (uint32_t)challenge->secret_row,
                       (uint32_t)context->config->attestation.matmul_rows, work_product, valid))
        return STATUS_UNAVAILABLE;
    return STATUS_OK;
}

const struct proof_algorithm proof_matmul = {
    .name = MATMUL_ALGORITHM,
    .make = make,
    .check = check,
};
