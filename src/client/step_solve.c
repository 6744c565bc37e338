/* The pod's proof of work: finds the secret row and opens the instance's key with it. No request. */
#include "client/call.h"
#include "client/step.h"
#include "core/encode.h"

#include <sodium.h>
#include <string.h>

/* The instance's key: sealed in hex, under what the secret row gives. */
static bool open_key(struct life *life, const unsigned char digest[MATMUL_DIGEST_BYTES])
{
    unsigned char seal_key[AES256_KEY_BYTES], plain[2 * AES128_KEY_BYTES + AES_BLOCK_BYTES], *sealed;
    ptrdiff_t plain_length;
    size_t length = 0;
    bool opened;

    sealed = base64_decode(life->arena, life->ciphertext, strlen(life->ciphertext), &length);
    if (sealed == NULL || length != AES_BLOCK_BYTES + sizeof(plain))
        return false;
    matmul_seal_key(digest, seal_key);
    plain_length =
        aes_cbc_decrypt(seal_key, sizeof(seal_key), sealed, sealed + AES_BLOCK_BYTES, sizeof(plain), plain);
    opened = plain_length >= 0 &&
             hex_decode(life->key, sizeof(life->key), (const char *)plain, (size_t)plain_length);
    sodium_memzero(seal_key, sizeof(seal_key));
    sodium_memzero(plain, sizeof(plain));
    return opened;
}

static bool run(struct life *life, struct life_step_result *result)
{
    const struct matmul_effort effort = {
        .threads = life->plan->threads,
        .progress = life->observer->progress,
        .context = life->observer->context,
        .cancel = &life->plan->stop,
    };
    struct matmul_solution solution;
    enum matmul_result solved;
    bool opened;

    result->note =
        arena_printf(life->arena, "matmul n %u, k %u, %u %s", life->challenge.n, life->challenge.iterations,
                     effort.threads, effort.threads == 1 ? "thread" : "threads");
    solved = matmul_prove(&life->challenge, life->tag, &effort, life->arena, &solution);
    if (solved != MATMUL_SOLVED)
        return call_fail(result, matmul_result_text(solved));
    life->work_product = solution.work_product;
    opened = open_key(life, solution.digest);
    sodium_memzero(solution.digest, sizeof(solution.digest));
    return opened || call_fail(result, "the secret row does not open the instance's key");
}

const struct step step_solve = {
    .name = "solve",
    .run = run,
};
