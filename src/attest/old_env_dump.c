/* The cipher of dumps. Keys come in, are wiped where they were made, and are never logged. */
#include "attest/old_env_dump.h"

#include "core/encode.h"
#include "crypto/aes.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#define KEY_TEXT_MAX_BYTES 512

bool old_env_dump_derive_key(const char *master_key, const char *env_key, const char *salt,
                             unsigned char key[OLD_ENV_DUMP_KEY_BYTES])
{
    size_t master_length = strlen(master_key) / 2, env_length = strlen(env_key) / 2,
           salt_length = strlen(salt) / 2;
    unsigned char password[KEY_TEXT_MAX_BYTES], salt_bytes[KEY_TEXT_MAX_BYTES];
    bool derived;

    if (master_length + env_length > sizeof(password) || salt_length > sizeof(salt_bytes))
        return false;
    derived = hex_decode(password, master_length, master_key, strlen(master_key)) &&
              hex_decode(password + master_length, env_length, env_key, strlen(env_key)) &&
              hex_decode(salt_bytes, salt_length, salt, strlen(salt)) &&
              PKCS5_PBKDF2_HMAC((const char *)password, (int)(master_length + env_length), salt_bytes,
                                (int)salt_length, OLD_ENV_DUMP_ITERATIONS, EVP_sha256(),
                                OLD_ENV_DUMP_KEY_BYTES, key) == 1;
    sodium_memzero(password, sizeof(password));
    return derived;
}

char *old_env_dump_open(struct arena *arena, const unsigned char key[OLD_ENV_DUMP_KEY_BYTES],
                        const char *dump, size_t *length)
{
    size_t sealed_length = 0;
    unsigned char *sealed = base64_decode(arena, dump, strlen(dump), &sealed_length);
    ptrdiff_t plain_length;
    char *plain;

    if (sealed == NULL || sealed_length <= AES_BLOCK_BYTES)
        return NULL;
    sealed_length -= AES_BLOCK_BYTES;
    plain = arena_alloc(arena, sealed_length + 1);
    plain_length = aes_cbc_decrypt(key, OLD_ENV_DUMP_KEY_BYTES, sealed, sealed + AES_BLOCK_BYTES,
                                   sealed_length, (unsigned char *)plain);
    if (plain_length < 0)
        return NULL;
    *length = (size_t)plain_length;
    plain[*length] = '\0';
    return plain;
}
