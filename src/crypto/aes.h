/* AES-CBC with PKCS#7 padding over libcrypto (FIPS 197, SP 800-38A). */
#ifndef RIGGER_CRYPTO_AES_H
#define RIGGER_CRYPTO_AES_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

#define AES_BLOCK_BYTES  16
#define AES128_KEY_BYTES 16
#define AES256_KEY_BYTES 32

/* Encrypts length bytes; out must hold length + AES_BLOCK_BYTES. key_length is 16 or 32. Returns the
 * ciphertext's length, 0 on failure. */
size_t aes_cbc_encrypt(const unsigned char *key, size_t key_length, const unsigned char iv[AES_BLOCK_BYTES],
                       const void *plain, size_t length, unsigned char *out) MUST_CHECK;

/* Decrypts; out must hold length bytes. Returns the plaintext's length; -1: length is no positive multiple of
 * the block, or the padding is broken. */
ptrdiff_t aes_cbc_decrypt(const unsigned char *key, size_t key_length,
                          const unsigned char iv[AES_BLOCK_BYTES], const void *cipher, size_t length,
                          unsigned char *out) MUST_CHECK;

/* True if cipher decrypts to exactly `expected`. Compares without decrypting: encrypts `expected` and
 * compares in constant time, so that bad padding, bad length and bad text take the same time and the same
 * way. */
bool aes_cbc_is_encryption_of(const unsigned char *key, size_t key_length,
                              const unsigned char iv[AES_BLOCK_BYTES], const void *cipher, size_t length,
                              const char *expected) MUST_CHECK;

#endif
