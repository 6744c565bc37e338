/* The providers of the proof of work behind one small interface: what a claim asks for (a challenge that
 * seals the instance's key) and what a verification asks for (a judgement of the work product). Both may use
 * the network and take seconds: never call them with a transaction open. */
#ifndef RIGGER_ATTEST_PROOF_H
#define RIGGER_ATTEST_PROOF_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>

/* The GPU that has to work, as the SQL functions hand it over. */
struct proof_gpu {
    const char *uuid;
    const char *device_info; /* JSON object of the columns attestation.md names */
    int64_t iterations;
};

/* What a provider works with; deadline_ms (clock_monotonic_ms) bounds all of it. */
struct proof_context {
    const struct config *config;
    struct arena *arena;
    int64_t deadline_ms;
};

/* A challenge. make() fills in all of it; for check() it comes from the database, without ciphertext and tag.
 */
struct proof_challenge {
    const char *algorithm;
    int64_t seed;           /* 1 … 2^63-1 */
    int64_t n, secret_row;  /* matmul only; -1: none */
    const char *ciphertext; /* base64(iv | cipher) of the symmetric key in hex */
    const char *tag;        /* hex; matmul only, else NULL */
};

struct proof_algorithm {
    const char *name; /* as stored with the challenge */
    /* Seals the symmetric key (32 hex digits). Anything but STATUS_OK: no challenge could be made. */
    enum status (*make)(const struct proof_context *context, const struct proof_gpu *gpu,
                        const char *symmetric_key, struct proof_challenge *challenge) MUST_CHECK;
    /* Judges a work product. Anything but STATUS_OK: it could not be judged, which is not the pod's fault. */
    enum status (*check)(const struct proof_context *context, const struct proof_gpu *gpu,
                         const struct proof_challenge *challenge, const char *work_product,
                         bool *valid) MUST_CHECK;
};

extern const struct proof_algorithm proof_matmul, proof_graval;

/* The provider that new challenges are made with; NULL if this build has none of the configured name. */
const struct proof_algorithm *proof_algorithm_configured(const struct config *config);

/* The provider of a stored challenge; NULL if this build does not know its algorithm. */
const struct proof_algorithm *proof_algorithm_of(const char *algorithm);

#endif
