/* AES-CBC: key and iv from the input, the rest as a text and as a ciphertext. */
#include "crypto/aes.h"
#include "fuzz/fuzz.h"

#include <string.h>

void fuzz_aes(const unsigned char *data, size_t size);

void fuzz_aes(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    unsigned char key[AES256_KEY_BYTES] = { 0 }, iv[AES_BLOCK_BYTES] = { 0 };
    struct fuzz_rest rest = { data, size };
    size_t key_length = fuzz_byte(&rest) % 2 == 0 ? AES128_KEY_BYTES : AES256_KEY_BYTES, sealed_length;

    for (size_t i = 0; i < key_length; i++)
        key[i] = (unsigned char)fuzz_byte(&rest);
    for (size_t i = 0; i < sizeof(iv); i++)
        iv[i] = (unsigned char)fuzz_byte(&rest);
    unsigned char *sealed = arena_alloc(arena, rest.size + AES_BLOCK_BYTES);
    unsigned char *opened = arena_alloc(arena, rest.size + AES_BLOCK_BYTES);

    sealed_length = aes_cbc_encrypt(key, key_length, iv, rest.data, rest.size, sealed);
    FUZZ_CHECK(sealed_length > rest.size && sealed_length % AES_BLOCK_BYTES == 0);
    FUZZ_CHECK(aes_cbc_decrypt(key, key_length, iv, sealed, sealed_length, opened) == (ptrdiff_t)rest.size);
    FUZZ_CHECK(rest.size == 0 || memcmp(opened, rest.data, rest.size) == 0);

    const char *text = fuzz_text(arena, rest.data, rest.size);
    if (strlen(text) == rest.size) {
        FUZZ_CHECK(aes_cbc_is_encryption_of(key, key_length, iv, sealed, sealed_length, text));
        sealed[sealed_length - 1] ^= 1;
        FUZZ_CHECK(!aes_cbc_is_encryption_of(key, key_length, iv, sealed, sealed_length, text));
    }

    ptrdiff_t length = aes_cbc_decrypt(key, key_length, iv, rest.data, rest.size, opened);
    FUZZ_CHECK(length == -1 || (length >= 0 && (size_t)length < rest.size));
}
