/* SS58 addresses over a fixed-size base58. Takes canonical forms only and looks at no more text than an
 * address has, since base58 costs the square of its length. */
#include "crypto/ss58.h"

#include <sodium.h>
#include <string.h>

#define CHECKSUM_BYTES    2
#define PREFIX_MAX_BYTES  2
#define RAW_MAX_BYTES     (PREFIX_MAX_BYTES + SS58_KEY_BYTES + CHECKSUM_BYTES)
#define ONE_BYTE_PREFIXES 64

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/* The number that text is in base 58, as a right-aligned big-endian number of RAW_MAX_BYTES. */
static bool read_number(const char *text, size_t length, unsigned char number[RAW_MAX_BYTES])
{
    memset(number, 0, RAW_MAX_BYTES);
    for (size_t i = 0; i < length; i++) {
        const char *digit = strchr(alphabet, text[i]);
        unsigned int carry;

        if (digit == NULL)
            return false;
        carry = (unsigned int)(digit - alphabet);
        for (size_t j = RAW_MAX_BYTES; j-- > 0;) {
            carry += 58u * number[j];
            number[j] = (unsigned char)carry;
            carry >>= 8;
        }
        if (carry != 0)
            return false;
    }
    return true;
}

/* Decodes base58, in which every leading zero byte is one leading '1'. Returns the number of bytes, 0 if
 * malformed. */
static size_t read_base58(const char *text, unsigned char raw[RAW_MAX_BYTES])
{
    size_t length = strnlen(text, SS58_TEXT_BYTES), zeros = 0, raw_length;
    unsigned char number[RAW_MAX_BYTES];

    if (length == SS58_TEXT_BYTES || !read_number(text, length, number))
        return 0;
    while (zeros < RAW_MAX_BYTES && number[zeros] == 0)
        zeros++;
    raw_length = strspn(text, "1") + RAW_MAX_BYTES - zeros;
    if (raw_length > RAW_MAX_BYTES)
        return 0;
    memcpy(raw, number + RAW_MAX_BYTES - raw_length, raw_length);
    return raw_length;
}

static void write_base58(char text[SS58_TEXT_BYTES], const unsigned char *raw, size_t raw_length)
{
    unsigned char digits[SS58_TEXT_BYTES - 1] = { 0 };
    size_t used = 0, zeros = 0;

    while (zeros < raw_length && raw[zeros] == 0)
        zeros++;
    for (size_t i = zeros; i < raw_length; i++) {
        unsigned int carry = raw[i];

        for (size_t j = 0; j < used || carry != 0; j++) {
            carry += 256u * digits[j];
            digits[j] = (unsigned char)(carry % 58);
            carry /= 58;
            if (j == used)
                used++;
        }
    }
    memset(text, alphabet[0], zeros);
    for (size_t i = 0; i < used; i++)
        text[zeros + i] = alphabet[digits[used - 1 - i]];
    text[zeros + used] = '\0';
}

static void checksum(const unsigned char *payload, size_t length, unsigned char sum[CHECKSUM_BYTES])
{
    static const unsigned char preamble[] = { 'S', 'S', '5', '8', 'P', 'R', 'E' };
    unsigned char digest[crypto_generichash_BYTES_MAX];
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, sizeof(digest));
    crypto_generichash_update(&state, preamble, sizeof(preamble));
    crypto_generichash_update(&state, payload, length);
    crypto_generichash_final(&state, digest, sizeof(digest));
    memcpy(sum, digest, CHECKSUM_BYTES);
}

/* Returns the number of prefix bytes, 0 if they are reserved or not the shortest form. */
static size_t read_prefix(const unsigned char raw[RAW_MAX_BYTES], uint16_t *prefix)
{
    if (raw[0] < ONE_BYTE_PREFIXES) {
        *prefix = raw[0];
        return 1;
    }
    /* rule: ss58.prefix_reserved */
    if (raw[0] >= 2 * ONE_BYTE_PREFIXES)
        return 0;
    *prefix = (uint16_t)((raw[1] & 0x3f) << 8 | (raw[0] & 0x3f) << 2 | raw[1] >> 6);
    /* rule: ss58.prefix_form */
    return *prefix < ONE_BYTE_PREFIXES ? 0 : 2;
}

static size_t write_prefix(unsigned char raw[RAW_MAX_BYTES], uint16_t prefix)
{
    if (prefix < ONE_BYTE_PREFIXES) {
        raw[0] = (unsigned char)prefix;
        return 1;
    }
    raw[0] = (unsigned char)(0x40 | ((prefix >> 2) & 0x3f));
    raw[1] = (unsigned char)((prefix & 3) << 6 | prefix >> 8);
    return 2;
}

bool ss58_decode(const char *text, uint16_t *prefix, unsigned char key[SS58_KEY_BYTES])
{
    unsigned char raw[RAW_MAX_BYTES] = { 0 }, sum[CHECKSUM_BYTES];
    size_t raw_length = read_base58(text, raw), prefix_length;
    uint16_t found;

    prefix_length = read_prefix(raw, &found);
    /* rule: ss58.length */
    if (prefix_length == 0 || raw_length != prefix_length + SS58_KEY_BYTES + CHECKSUM_BYTES)
        return false;
    checksum(raw, prefix_length + SS58_KEY_BYTES, sum);
    /* rule: ss58.checksum */
    if (memcmp(sum, raw + prefix_length + SS58_KEY_BYTES, CHECKSUM_BYTES) != 0)
        return false;
    *prefix = found;
    memcpy(key, raw + prefix_length, SS58_KEY_BYTES);
    return true;
}

bool ss58_encode(char text[SS58_TEXT_BYTES], uint16_t prefix, const unsigned char key[SS58_KEY_BYTES])
{
    unsigned char raw[RAW_MAX_BYTES];
    size_t length;

    if (prefix > SS58_PREFIX_MAX)
        return false;
    length = write_prefix(raw, prefix);
    memcpy(raw + length, key, SS58_KEY_BYTES);
    length += SS58_KEY_BYTES;
    checksum(raw, length, raw + length);
    write_base58(text, raw, length + CHECKSUM_BYTES);
    return true;
}
