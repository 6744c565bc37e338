/* Text forms of bytes: hex, base64, UUID. Decodes strictly or not at all; never repairs what it reads. */
#include "core/encode.h"

#include "core/arena.h"
#include "core/log.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define SHA1_BYTES 20

/* RFC 4122, appendix C. */
static const unsigned char oid_namespace[UUID_BYTES] = {
    0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
};

void hex_encode(char *out, const void *data, size_t length)
{
    sodium_bin2hex(out, 2 * length + 1, data, length);
}

bool hex_decode(void *out, size_t out_length, const char *text, size_t text_length)
{
    size_t decoded = 0;

    /* rule: encode.hex_length */
    return text_length % 2 == 0 && text_length / 2 == out_length &&
           sodium_hex2bin(out, out_length, text, text_length, NULL, &decoded, NULL) == 0 &&
           decoded == out_length;
}

static char *encode(struct arena *arena, const void *data, size_t length, int variant)
{
    size_t size = sodium_base64_encoded_len(length, variant);

    return sodium_bin2base64(arena_alloc(arena, size), size, data, length, variant);
}

static unsigned char *decode(struct arena *arena, const char *text, size_t text_length, size_t *length,
                             int variant)
{
    size_t size = text_length / 4 * 3 + 3;
    unsigned char *data = arena_alloc(arena, size);

    /* libsodium 1.0.18 reads every byte above 0x7f as the digit of value 63. */
    for (size_t i = 0; i < text_length; i++)
        /* rule: encode.high_bytes */
        if ((unsigned char)text[i] > 0x7f)
            return NULL;
    if (sodium_base642bin(data, size, text, text_length, NULL, length, NULL, variant) != 0)
        return NULL;
    return data;
}

char *base64_encode(struct arena *arena, const void *data, size_t length)
{
    return encode(arena, data, length, sodium_base64_VARIANT_ORIGINAL);
}

unsigned char *base64_decode(struct arena *arena, const char *text, size_t text_length, size_t *length)
{
    return decode(arena, text, text_length, length, sodium_base64_VARIANT_ORIGINAL);
}

char *base64url_encode(struct arena *arena, const void *data, size_t length)
{
    return encode(arena, data, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

unsigned char *base64url_decode(struct arena *arena, const char *text, size_t text_length, size_t *length)
{
    return decode(arena, text, text_length, length, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* Sets version and variant, and writes 8-4-4-4-12. */
static void write_uuid(char out[UUID_TEXT_BYTES], unsigned char uuid[UUID_BYTES], unsigned char version)
{
    static const size_t group_bytes[] = { 4, 2, 2, 2, 6 };
    size_t taken = 0;

    uuid[6] = (unsigned char)((uuid[6] & 0x0f) | version << 4);
    uuid[8] = (unsigned char)((uuid[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof(group_bytes) / sizeof(group_bytes[0]); i++) {
        if (i > 0)
            *out++ = '-';
        hex_encode(out, uuid + taken, group_bytes[i]);
        out += 2 * group_bytes[i];
        taken += group_bytes[i];
    }
}

static void write_random_uuid(char out[UUID_TEXT_BYTES], unsigned char version)
{
    unsigned char uuid[UUID_BYTES];

    randombytes_buf(uuid, sizeof(uuid));
    write_uuid(out, uuid, version);
}

void uuid4_text(char out[UUID_TEXT_BYTES])
{
    write_random_uuid(out, 4);
}

void uuid8_text(char out[UUID_TEXT_BYTES])
{
    write_random_uuid(out, 8);
}

void uuid5_oid_text(char out[UUID_TEXT_BYTES], const void *name, size_t length)
{
    unsigned char digest[SHA1_BYTES];
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    bool hashed = hash != NULL && EVP_DigestInit_ex(hash, EVP_sha1(), NULL) == 1 &&
                  EVP_DigestUpdate(hash, oid_namespace, sizeof(oid_namespace)) == 1 &&
                  EVP_DigestUpdate(hash, name, length) == 1 && EVP_DigestFinal_ex(hash, digest, NULL) == 1;

    EVP_MD_CTX_free(hash);
    if (!hashed) { /* only for want of memory: ends as an arena does, rather than give out a wrong name */
        log_event(LOG_LEVEL_ERROR, "SHA-1 is not to be had; the process ends");
        _exit(EXIT_NO_MEMORY);
    }
    write_uuid(out, digest, 5);
}

bool uuid_is_text(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    if (strnlen(text, sizeof(form)) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (form[i] == '-' ? text[i] != '-' : strchr("0123456789abcdefABCDEF", text[i]) == NULL)
            return false;
    return true;
}
