/* SS58, the text form of a Substrate account: base58 of prefix, public key and checksum. Pure and without
 * allocation. Source: the "SS58 address format" page of the Substrate documentation. */
#ifndef RIGGER_CRYPTO_SS58_H
#define RIGGER_CRYPTO_SS58_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

#define SS58_KEY_BYTES     32
#define SS58_PREFIX_HOTKEY 42 /* of any Substrate account; the networks of Bittensor use it */
#define SS58_PREFIX_MAX    16383
#define SS58_TEXT_BYTES    50 /* the longest address, with NUL */

/* Reads an address of a 32-byte key with a checksum of two bytes. False, and nothing written, unless it is
 * the one canonical text of its prefix and key. */
bool ss58_decode(const char *text, uint16_t *prefix, unsigned char key[SS58_KEY_BYTES]) MUST_CHECK;

/* Writes the address. False: prefix is over SS58_PREFIX_MAX. */
bool ss58_encode(char text[SS58_TEXT_BYTES], uint16_t prefix,
                 const unsigned char key[SS58_KEY_BYTES]) MUST_CHECK;

#endif
