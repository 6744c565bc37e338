/* The prover's side of "rigger-matmul-v1" (docs/attestation.md, "Proof of work") on the CPU: the whole
 * product, O(k·n³). A reference, to try the service with and to measure against; nobody's GPU. */
#ifndef RIGGER_CLIENT_MATMUL_PROVER_H
#define RIGGER_CLIENT_MATMUL_PROVER_H

#include "attest/matmul.h"
#include "core/arena.h"
#include "core/attributes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MATMUL_PROVER_THREADS_MAX 256

enum matmul_result {
    MATMUL_SOLVED,
    MATMUL_INVALID, /* parameters out of range */
    MATMUL_NO_ROW,  /* no row has that tag: the challenge is another one's */
    MATMUL_CANCELLED,
    MATMUL_NO_MEMORY, /* two matrices of 4·n² bytes do not fit */
};

struct matmul_effort {
    unsigned threads; /* 1 … MATMUL_PROVER_THREADS_MAX */
    /* Called in the caller's thread with the part that is done, 0 … 1; NULL: not called. */
    void (*progress)(void *context, double fraction);
    void *context;
    const atomic_bool *cancel; /* becomes true where the work is to stop soon; NULL: never */
};

struct matmul_solution {
    uint32_t row; /* the secret one */
    unsigned char
        digest[MATMUL_DIGEST_BYTES]; /* of that row; opens the instance's key, the caller wipes it */
    char *work_product;              /* in the arena */
};

/* Computes the product and finds the row of `tag`. Needs 8·n² bytes (2 GiB for n = 16384) and, for each
 * thread, 256·n bytes more. Only as many threads run as can be started. */
enum matmul_result matmul_prove(const struct matmul_challenge *challenge,
                                const unsigned char tag[MATMUL_TAG_BYTES], const struct matmul_effort *effort,
                                struct arena *arena, struct matmul_solution *solution) MUST_CHECK;

/* What a result means, for people; static storage. */
const char *matmul_result_text(enum matmul_result result);

#endif
