/* The providers of the proof of work (docs/attestation.md, "Proof of work") behind one small interface. A
 * claim and the verification of an old SDK ask for a challenge, which seals a secret for one GPU; an attempt
 * asks for a judgement of what the pod sent. Callers store and show what a provider gives them without
 * looking into it. All functions may use the network and take seconds: never call them with a transaction
 * open. A new provider is a file proof_NAME.c and a line of PROOF_PROVIDERS (config/config.h). */
#ifndef RIGGER_ATTEST_PROOF_H
#define RIGGER_ATTEST_PROOF_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/status.h"
#include "http/fields.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#define PROOF_NO_SEED 0

/* The GPU that has to work, as the SQL functions hand it over. */
struct proof_gpu {
    const char *uuid;
    const char *device_info; /* JSON object of the columns that docs/attestation.md names */
    int64_t iterations;
    uint64_t seed; /* its prover was started with this one (old SDKs); PROOF_NO_SEED: it was not */
};

/* What a provider works with; deadline_ms (clock_monotonic_ms) bounds all of it. */
struct proof_context {
    const struct config *config;
    struct arena *arena;
    int64_t deadline_ms;
};

/* A challenge. make() fills in all of it; check() gets the seed and what was kept. The JSON belongs to the
 * arena. */
struct proof_challenge {
    uint64_t seed;          /* 1 … 2^64-1 */
    const char *ciphertext; /* base64(iv | cipher) of the secret */
    json_object *shown;     /* an object whose members the pod sees besides; NULL: none */
    json_object *kept;      /* what check() needs again, stored with the challenge; NULL: nothing */
};

/* What a pod sent as its work: any JSON value, which providers alone look into. */
struct proof_work {
    bool sent;
    json_object *product; /* as it came; NULL: JSON null, or nothing was sent */
};

struct proof_algorithm {
    const char *name; /* as stored with the challenge */
    /* How long make() or check() may take on top of a request's own limit, in ms; NULL: no longer. */
    int64_t (*wait_ms)(const struct config *config);
    /* Seals the secret (32 hex digits) so that only the GPU's work opens it. Anything but STATUS_OK: no
     * challenge could be made. */
    enum status (*make)(const struct proof_context *context, const struct proof_gpu *gpu, const char *secret,
                        struct proof_challenge *challenge) MUST_CHECK;
    /* Judges the work that a pod sent. Anything but STATUS_OK: it could not be judged, which is not the pod's
     * doing. */
    enum status (*check)(const struct proof_context *context, const struct proof_gpu *gpu,
                         const struct proof_challenge *challenge, const struct proof_work *work,
                         bool *valid) MUST_CHECK;
    /* Judges what all GPUs of an old SDK's instance together answered to a device challenge. devices: a JSON
     * list of device infos. NULL: the provider has no such challenge. */
    enum status (*check_devices)(const struct proof_context *context, json_object *devices,
                                 const char *challenge, const char *response, bool *valid) MUST_CHECK;
};

/* proof_NAME, and proof_NAME_shown: what the members of `shown` are, for the OpenAPI document. */
#define PROOF_DECLARE(constant, name)                                                                        \
    extern const struct proof_algorithm proof_##name;                                                        \
    extern const struct field proof_##name##_shown[];
PROOF_PROVIDERS(PROOF_DECLARE)
#undef PROOF_DECLARE

/* What any provider may show, for the OpenAPI document. */
extern const struct field proof_shown_fields[];

/* The provider that new challenges are made with; NULL if this build has none of the configured name. */
const struct proof_algorithm *proof_algorithm_configured(const struct config *config);

/* Reads a seed in decimals: 1 … 2^64-1, and nothing else in the text. False (also for NULL): it is
 * none; *seed is as it was. */
bool proof_seed_parse(const char *text, uint64_t *seed) MUST_CHECK;

/* How long a challenge or a judgement by this provider may take on top of a request's own limit (NULL: 0),
 * and by the slowest provider there is, in ms. */
int64_t proof_wait_ms(const struct proof_algorithm *algorithm, const struct config *config);
int64_t proof_longest_wait_ms(const struct config *config);

/* The provider of a stored challenge; NULL if this build does not know its algorithm. */
const struct proof_algorithm *proof_algorithm_of(const char *algorithm);

#endif
