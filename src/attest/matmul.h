/* The proof of work "rigger-matmul-v1" (docs/attestation.md, "Proof of work"): a chain of k+1 pseudorandom n
 * × n matrices modulo 2^32. It proves that a long chain of dense arithmetic over a large working set was done
 * for this challenge, within the time limit. It does not prove a GPU's make. The server's side streams the
 * matrices: O(k·n²) time, O(n) memory per row. */
#ifndef RIGGER_ATTEST_MATMUL_H
#define RIGGER_ATTEST_MATMUL_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MATMUL_ALGORITHM    "rigger-matmul-v1"
#define MATMUL_N_MIN        256
#define MATMUL_N_MAX        16384
#define MATMUL_DIGEST_BYTES 32
#define MATMUL_TAG_BYTES    8
#define MATMUL_CHECK_BYTES  8  /* of each row's digest in the work product */
#define MATMUL_ROWS_MAX     33 /* the secret one and 32 others, computed in one pass */

struct matmul_challenge {
    const char *uuid;    /* the GPU's */
    int64_t seed;        /* 0 … 2^63-1 */
    uint32_t iterations; /* k ≥ 1 */
    uint32_t n;          /* power of two, MATMUL_N_MIN … MATMUL_N_MAX */
};

/* True if seed, iterations and n are in range. */
bool matmul_challenge_is_valid(const struct matmul_challenge *challenge) MUST_CHECK;

/* The keystream key of matrix A_i. */
void matmul_key(const struct matmul_challenge *challenge, uint32_t i, unsigned char key[32]);

/* Rows first … first + count - 1 of the matrix of key, into count · n words in host order. False: no memory.
 */
bool matmul_matrix_rows(const unsigned char key[32], uint32_t n, uint32_t first, uint32_t count,
                        uint32_t *words) MUST_CHECK;

/* d_r from row r of the product (n words in host order). */
void matmul_digest(const uint32_t *row, uint32_t n, uint32_t r, unsigned char digest[MATMUL_DIGEST_BYTES]);

/* BLAKE2b-256("key" | d_r), which seals the instance's key; BLAKE2b-64("tag" | d_r), by which the prover
 * finds r. */
void matmul_seal_key(const unsigned char digest[MATMUL_DIGEST_BYTES], unsigned char key[32]);
void matmul_tag(const unsigned char digest[MATMUL_DIGEST_BYTES], unsigned char tag[MATMUL_TAG_BYTES]);

/* Computes the digests of `count` (≤ MATMUL_ROWS_MAX) rows of the product in one streaming pass over all
 * matrices. Memory: count · 2n words and a block of rows. False: parameters out of range or no memory. */
bool matmul_rows(const struct matmul_challenge *challenge, const uint32_t *rows, size_t count,
                 unsigned char digests[][MATMUL_DIGEST_BYTES]) MUST_CHECK;

/* Judges a work product (base64 of the first 8 bytes of every d_r, in row order): secret_row and `checked`
 * random rows are recomputed and must match, compared in constant time. *valid says; false: no memory. */
bool matmul_verify(const struct matmul_challenge *challenge, uint32_t secret_row, uint32_t checked,
                   const char *work_product, bool *valid) MUST_CHECK;

#endif
