/* sr25519: schnorrkel's Schnorr signatures over ristretto255, in the signing context "substrate". Group and
 * scalar arithmetic is libsodium's; sodium_init must have run. Pure but for the random witness of a
 * signature.
 *
 * Sources: STROBE 1.0.2; Merlin 1.0; the signing context, the proof and the "ed25519" expansion of mini
 * secret keys as schnorrkel defines them; RFC 9496 (ristretto255). */
#ifndef RIGGER_CRYPTO_SR25519_H
#define RIGGER_CRYPTO_SR25519_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

#define SR25519_SIGNATURE_BYTES  64
#define SIGNATURE_HASH_BYTES     32 /* of the BLAKE2b-256 digest by which a used signature is known */
#define SR25519_PUBLIC_KEY_BYTES 32
#define SR25519_SEED_BYTES       32

/* True if signature signs the message under public_key. Refused besides: a scalar that is not reduced, a
 * missing marker bit (bit 7 of byte 63), a point that is not the canonical form of its element, the identity
 * as key. */
bool sr25519_verify(const unsigned char signature[SR25519_SIGNATURE_BYTES], const void *message,
                    size_t length, const unsigned char public_key[SR25519_PUBLIC_KEY_BYTES]) MUST_CHECK;

/* Signs with a mini secret key, expanded as wallets do: a seed gives the address it has there. Two signatures
 * of one message differ. False: the seed cannot sign (no known one). */
bool sr25519_sign(unsigned char signature[SR25519_SIGNATURE_BYTES], const void *message, size_t length,
                  const unsigned char seed[SR25519_SEED_BYTES]) MUST_CHECK;

/* The public key of a mini secret key. False as above. */
bool sr25519_public_key(unsigned char public_key[SR25519_PUBLIC_KEY_BYTES],
                        const unsigned char seed[SR25519_SEED_BYTES]) MUST_CHECK;

#endif
