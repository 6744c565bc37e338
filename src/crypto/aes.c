/* AES-CBC through libcrypto's EVP interface. Leaves nothing of a failure in OpenSSL's error queue, and never
 * tells one failure from another. */
#include "crypto/aes.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#define CHUNK_BYTES 512

enum direction { DECRYPT, ENCRYPT };

/* A context ready to work, or NULL. */
static EVP_CIPHER_CTX *open_cipher(enum direction direction, const unsigned char *key, size_t key_length,
                                   const unsigned char iv[AES_BLOCK_BYTES])
{
    const EVP_CIPHER *cipher;
    EVP_CIPHER_CTX *context;

    if (key_length == AES128_KEY_BYTES)
        cipher = EVP_aes_128_cbc();
    else if (key_length == AES256_KEY_BYTES)
        cipher = EVP_aes_256_cbc();
    else
        return NULL;
    context = EVP_CIPHER_CTX_new();
    if (context != NULL && EVP_CipherInit_ex(context, cipher, NULL, key, iv, (int)direction) != 1) {
        EVP_CIPHER_CTX_free(context);
        context = NULL;
    }
    return context;
}

/* The whole of one message through a context, which is freed. Returns what came out in bytes, -1 where
 * libcrypto refuses or there is no context. */
static ptrdiff_t run_cipher(EVP_CIPHER_CTX *context, const void *in, size_t length, unsigned char *out)
{
    int updated = 0, finished = 0;
    /* rule: aes.padding */
    bool done = context != NULL && length <= INT_MAX - AES_BLOCK_BYTES &&
                EVP_CipherUpdate(context, out, &updated, in, (int)length) == 1 &&
                EVP_CipherFinal_ex(context, out + updated, &finished) == 1;

    EVP_CIPHER_CTX_free(context);
    return done ? (ptrdiff_t)updated + finished : -1;
}

size_t aes_cbc_encrypt(const unsigned char *key, size_t key_length, const unsigned char iv[AES_BLOCK_BYTES],
                       const void *plain, size_t length, unsigned char *out)
{
    ptrdiff_t out_length;

    ERR_set_mark();
    out_length = run_cipher(open_cipher(ENCRYPT, key, key_length, iv), plain, length, out);
    ERR_pop_to_mark();
    return out_length > 0 ? (size_t)out_length : 0;
}

ptrdiff_t aes_cbc_decrypt(const unsigned char *key, size_t key_length,
                          const unsigned char iv[AES_BLOCK_BYTES], const void *cipher, size_t length,
                          unsigned char *out)
{
    ptrdiff_t out_length;

    if (length == 0 || length % AES_BLOCK_BYTES != 0)
        return -1;
    ERR_set_mark();
    out_length = run_cipher(open_cipher(DECRYPT, key, key_length, iv), cipher, length, out);
    ERR_pop_to_mark();
    return out_length;
}

/* Compares a piece of the right ciphertext with its place in the other; `position` moves behind it. */
static bool same_piece(const unsigned char *piece, int piece_length, const unsigned char *cipher,
                       size_t length, size_t *position)
{
    const size_t start = *position;

    *position += (size_t)piece_length;
    return *position <= length && sodium_memcmp(piece, cipher + start, (size_t)piece_length) == 0;
}

bool aes_cbc_is_encryption_of(const unsigned char *key, size_t key_length,
                              const unsigned char iv[AES_BLOCK_BYTES], const void *cipher, size_t length,
                              const char *expected)
{
    unsigned char piece[CHUNK_BYTES + AES_BLOCK_BYTES];
    size_t left = strlen(expected), position = 0;
    bool same = true, worked;
    EVP_CIPHER_CTX *context;
    int produced = 0;

    ERR_set_mark();
    context = open_cipher(ENCRYPT, key, key_length, iv);
    worked = context != NULL;
    while (worked && left > 0) {
        size_t taken = left < CHUNK_BYTES ? left : CHUNK_BYTES;

        worked =
            EVP_CipherUpdate(context, piece, &produced, (const unsigned char *)expected, (int)taken) == 1;
        if (worked)
            same &= same_piece(piece, produced, cipher, length, &position);
        expected += taken;
        left -= taken;
    }
    worked = worked && EVP_CipherFinal_ex(context, piece, &produced) == 1;
    if (worked)
        same &= same_piece(piece, produced, cipher, length, &position);
    EVP_CIPHER_CTX_free(context);
    ERR_pop_to_mark();
    /* rule: aes.text, rule: aes.length */
    return worked && same && position == length;
}
