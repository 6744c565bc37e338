/* The Keccak-f[1600] permutation (FIPS 202, section 3), which STROBE is built on. Hashing is no business of
 * this file. */
#ifndef RIGGER_CRYPTO_KECCAK_H
#define RIGGER_CRYPTO_KECCAK_H

#define KECCAK_STATE_BYTES 200

/* Permutes the state in place; its lanes are little-endian, as FIPS 202 writes them. Constant time. */
void keccak_f1600(unsigned char state[KECCAK_STATE_BYTES]);

#endif
