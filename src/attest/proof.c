/* Which proof-of-work algorithms there are. */
#include "attest/proof.h"

#include <string.h>

static const struct proof_algorithm *const algorithms[] = {
    [PROOF_MATMUL] = &proof_matmul,
    [PROOF_GRAVAL] = &proof_graval,
};

#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

const struct proof_algorithm *proof_algorithm_configured(const struct config *config)
{
    size_t chosen = (size_t)config->attestation.proof_of_work;

    return chosen < ALGORITHM_COUNT ? algorithms[chosen] : NULL;
}

const struct proof_algorithm *proof_algorithm_of(const char *algorithm)
{
    for (size_t i = 0; algorithm != NULL && i < ALGORITHM_COUNT; i++) {
        if (algorithms[i] != NULL && strcmp(algorithms[i]->name, algorithm) == 0)
            return algorithms[i];
    }
    return NULL;
}
