/* STROBE-128: the operations that Merlin transcripts need, and no others (no transport, no ratchet).
 * Source: "The STROBE protocol framework", version 1.0.2, with Keccak-f[1600] and a rate of 166 bytes. */
#ifndef RIGGER_CRYPTO_STROBE_H
#define RIGGER_CRYPTO_STROBE_H

#include "crypto/keccak.h"

#include <stdbool.h>
#include <stddef.h>

struct strobe {
    unsigned char state[KECCAK_STATE_BYTES];
    unsigned char position; /* of the next byte in the rate */
    unsigned char begin;    /* where the current operation began, plus 1; 0: in an earlier block */
};

/* Starts a protocol: its name is absorbed as meta data. */
void strobe_init(struct strobe *strobe, const char *protocol);

/* Absorbs framing and public data. more: goes on with the operation of the same kind before it. */
void strobe_meta_ad(struct strobe *strobe, const void *data, size_t length, bool more);
void strobe_ad(struct strobe *strobe, const void *data, size_t length);

/* Draws pseudo-random bytes that depend on all that was absorbed. */
void strobe_prf(struct strobe *strobe, void *out, size_t length);

/* Replaces a part of the state by a key, so that earlier states cannot be found from later ones. */
void strobe_key(struct strobe *strobe, const void *key, size_t length);

#endif
