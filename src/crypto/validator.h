/* Signs as the validator: what instances of old SDKs ask of whoever asks them (docs/attestation.md, "Old
 * SDKs").
 */
#ifndef RIGGER_CRYPTO_VALIDATOR_H
#define RIGGER_CRYPTO_VALIDATOR_H

#include "core/attributes.h"
#include "core/secret.h"

#include <stdbool.h>

#define VALIDATOR_SIGNATURE_TEXT_BYTES 129

/* True if seed is a mini secret key in hex (64 digits) whose SS58 address is `address`. */
bool validator_seed_is_of(const struct secret *seed, const char *address) MUST_CHECK;

/* Signs `{miner}:{validator}:{nonce}:{tail}`; tail is the hex SHA-256 of the body, or a purpose. The
 * signature is in hex. False: seed is no key. */
bool validator_sign(const struct secret *seed, const char *validator, const char *miner, const char *nonce,
                    const char *tail, char signature[VALIDATOR_SIGNATURE_TEXT_BYTES]) MUST_CHECK;

#endif
