/* The GraVal service over HTTP (docs/attestation.md, "Proof of work"): encrypts for a GPU, and judges what a
 * GPU made of it. One connection is kept per process. Waits for a network: never call it with a transaction
 * open. */
#ifndef RIGGER_ATTEST_GRAVAL_H
#define RIGGER_ATTEST_GRAVAL_H

#include "attest/proof.h"
#include "core/attributes.h"
#include "core/status.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* POST /encrypt: payload for the GPU, under the GPU's own seed or, where it has none, one of the service's
 * choice. *seed (the one used) and *ciphertext (base64 of iv and cipher, on the arena) are the answer.
 * STATUS_UNAVAILABLE: no good answer after seven tries or at the deadline. */
enum status graval_encrypt(const struct proof_context *context, const struct proof_gpu *gpu,
                           const char *payload, uint64_t *seed, const char **ciphertext) MUST_CHECK;

/* POST /check_proof: the service's verdict on a work product, any JSON value (NULL: null), which goes to the
 * service as it came: what it is made of is between pod and service. */
enum status graval_check_proof(const struct proof_context *context, const struct proof_gpu *gpu,
                               uint64_t seed, json_object *work_product, bool *valid) MUST_CHECK;

/* POST /verify_device_challenge, for old SDKs: devices is a JSON list of device infos. */
enum status graval_verify_devices(const struct proof_context *context, json_object *devices,
                                  const char *challenge, const char *response, bool *valid) MUST_CHECK;

#endif
