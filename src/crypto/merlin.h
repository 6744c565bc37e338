/* Merlin transcripts: the Fiat-Shamir transform of an interactive proof, over STROBE-128.
 * Source: the Merlin 1.0 specification (merlin.cool). Messages over 4 GiB are not to be given. */
#ifndef RIGGER_CRYPTO_MERLIN_H
#define RIGGER_CRYPTO_MERLIN_H

#include "crypto/strobe.h"

#include <stddef.h>

#define MERLIN_ENTROPY_BYTES 32
#define MERLIN_WITNESS_BYTES 64

struct merlin {
    struct strobe strobe;
};

/* Starts a transcript of the application `label`. */
void merlin_init(struct merlin *transcript, const char *label);

/* Appends one labelled message. */
void merlin_append(struct merlin *transcript, const char *label, const void *message, size_t length);

/* Draws a challenge, and binds what follows to it. */
void merlin_challenge(struct merlin *transcript, const char *label, void *out, size_t length);

/* Draws secret randomness for a prover out of the transcript, his secret and fresh entropy; the transcript
 * stays as it is. A broken random source alone does not repeat a witness, nor does it give the secret away.
 */
void merlin_witness(const struct merlin *transcript, const char *label, const void *secret,
                    size_t secret_length, const unsigned char entropy[MERLIN_ENTROPY_BYTES],
                    unsigned char out[MERLIN_WITNESS_BYTES]);

#endif
