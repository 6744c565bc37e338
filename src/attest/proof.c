/* Which providers of the proof of work there are: those of PROOF_PROVIDERS. */
#include "attest/proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PROOF_ALGORITHM(constant, name) [PROOF_##constant] = &proof_##name,
static const struct proof_algorithm *const algorithms[] = { PROOF_PROVIDERS(PROOF_ALGORITHM) };

#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

#define PROOF_SHOWN(constant, name_) { .type = FIELD_MEMBERS, .children = proof_##name_##_shown },
const struct field proof_shown_fields[] = { PROOF_PROVIDERS(PROOF_SHOWN){ .type = FIELD_END } };

const struct proof_algorithm *proof_algorithm_configured(const struct config *config)
{
    size_t chosen = (size_t)config->attestation.proof_of_work;

    return chosen < ALGORITHM_COUNT ? algorithms[chosen] : NULL;
}

bool proof_seed_parse(const char *text, uint64_t *seed)
{
    unsigned long long value;
    char *end;

    /* strtoull takes blanks and signs, which no seed has. */
    if (text == NULL || text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value == PROOF_NO_SEED)
        return false;
    *seed = value;
    return true;
}

int64_t proof_wait_ms(const struct proof_algorithm *algorithm, const struct config *config)
{
    return algorithm == NULL || algorithm->wait_ms == NULL ? 0 : algorithm->wait_ms(config);
}

int64_t proof_longest_wait_ms(const struct config *config)
{
    int64_t longest_ms = 0;

    for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
        int64_t wait_ms = proof_wait_ms(algorithms[i], config);

        longest_ms = wait_ms > longest_ms ? wait_ms : longest_ms;
    }
    return longest_ms;
}

const struct proof_algorithm *proof_algorithm_of(const char *algorithm)
{
    for (size_t i = 0; algorithm != NULL && i < ALGORITHM_COUNT; i++) {
        if (algorithms[i] != NULL && strcmp(algorithms[i]->name, algorithm) == 0)
            return algorithms[i];
    }
    return NULL;
}
