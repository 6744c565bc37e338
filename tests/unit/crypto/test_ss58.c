/* auth/ss58: addresses of every prefix are read and written; only the canonical text is an address. */
#include "crypto/ss58.h"

#include "check/vectors.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *ss58_suite(void);

START_TEST(good_addresses_are_read_and_written)
{
    json_object *root = vectors_load("ss58.json"), *list = vectors_list(root, "good");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);
        const char *address = vectors_text(vector, "ss58");
        unsigned char key[SS58_KEY_BYTES], expected[SS58_KEY_BYTES];
        int wanted = json_object_get_int(vectors_member(vector, "prefix"));
        char text[SS58_TEXT_BYTES];
        uint16_t prefix;

        vectors_bytes(vector, "public_key", expected, sizeof(expected));
        ck_assert_msg(ss58_decode(address, &prefix, key), "%s", address);
        ck_assert_int_eq(prefix, wanted);
        ck_assert_mem_eq(key, expected, sizeof(key));
        ck_assert(ss58_encode(text, (uint16_t)wanted, expected));
        ck_assert_str_eq(text, address);
    }
    json_object_put(root);
}
END_TEST

START_TEST(bad_addresses_are_refused)
{
    json_object *root = vectors_load("ss58.json"), *list = vectors_list(root, "bad");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);
        unsigned char key[SS58_KEY_BYTES] = { 0x5a }, untouched[SS58_KEY_BYTES] = { 0x5a };
        uint16_t prefix = 4711;

        ck_assert_msg(!ss58_decode(vectors_text(vector, "ss58"), &prefix, key), "%s",
                      vectors_text(vector, "why"));
        ck_assert_uint_eq(prefix, 4711);
        ck_assert_mem_eq(key, untouched, sizeof(key));
    }
    json_object_put(root);
}
END_TEST

START_TEST(every_prefix_comes_back)
{
    unsigned char key[SS58_KEY_BYTES], found[SS58_KEY_BYTES];
    char text[SS58_TEXT_BYTES];
    uint16_t prefix;

    randombytes_buf(key, sizeof(key));
    for (unsigned int wanted = 0; wanted <= SS58_PREFIX_MAX; wanted++) {
        ck_assert(ss58_encode(text, (uint16_t)wanted, key));
        ck_assert_msg(ss58_decode(text, &prefix, found), "prefix %u: %s", wanted, text);
        ck_assert_uint_eq(prefix, wanted);
        ck_assert_mem_eq(found, key, sizeof(key));
    }
    ck_assert(!ss58_encode(text, SS58_PREFIX_MAX + 1, key));
}
END_TEST

START_TEST(extreme_keys_come_back)
{
    static const unsigned char fills[] = { 0x00, 0x01, 0x7f, 0xff };
    static const uint16_t prefixes[] = { 0, 42, 63, 64, 255, SS58_PREFIX_MAX };
    unsigned char key[SS58_KEY_BYTES], found[SS58_KEY_BYTES];
    char text[SS58_TEXT_BYTES];
    uint16_t prefix;

    memset(key, fills[_i], sizeof(key));
    for (int i = 0; i < COUNT(prefixes); i++) {
        ck_assert(ss58_encode(text, prefixes[i], key));
        ck_assert(ss58_decode(text, &prefix, found));
        ck_assert_uint_eq(prefix, prefixes[i]);
        ck_assert_mem_eq(found, key, sizeof(key));
    }
}
END_TEST

/* Writes base58 of any bytes, so that forms which ss58_encode never writes can be tried. */
static void write_base58(char text[128], const unsigned char *raw, size_t length)
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    unsigned char number[64], digits[127];
    size_t count = 0, zeros = 0;

    memcpy(number, raw, length);
    while (zeros < length && raw[zeros] == 0)
        zeros++;
    for (size_t start = zeros; start < length;) {
        unsigned int rest = 0;

        for (size_t i = start; i < length; i++) {
            rest = rest << 8 | number[i];
            number[i] = (unsigned char)(rest / 58);
            rest %= 58;
        }
        digits[count++] = (unsigned char)rest;
        while (start < length && number[start] == 0)
            start++;
    }
    memset(text, '1', zeros);
    for (size_t i = 0; i < count; i++)
        text[zeros + i] = alphabet[digits[count - 1 - i]];
    text[zeros + count] = '\0';
}

static const struct {
    const char *what;
    unsigned char prefix[2];
    size_t prefix_length, key_length, sum_length;
    bool good;
} forms[] = {
    { "one-byte prefix", { 42 }, 1, 32, 2, true },
    { "two-byte prefix", { 0x50, 0x00 }, 2, 32, 2, true },
    { "prefix 42 in two bytes", { 0x4a, 0x80 }, 2, 32, 2, false },
    { "prefix 63 in two bytes", { 0x4f, 0xc0 }, 2, 32, 2, false },
    { "reserved first byte 128", { 0x80, 0x01 }, 2, 32, 2, false },
    { "reserved first byte 255 as one byte", { 0xff }, 1, 32, 2, false },
    { "first byte 64 as one byte", { 64 }, 1, 32, 2, false },
    { "key of 31 bytes", { 42 }, 1, 31, 2, false },
    { "key of 33 bytes", { 42 }, 1, 33, 2, false },
    { "key of 8 bytes", { 42 }, 1, 8, 2, false },
    { "checksum of one byte", { 42 }, 1, 32, 1, false },
    { "checksum of three bytes", { 42 }, 1, 32, 3, false },
    { "no prefix", { 0 }, 0, 32, 2, false },
    { "no key", { 42 }, 1, 0, 2, false },
};

START_TEST(only_the_canonical_form_is_an_address)
{
    unsigned char raw[64] = { 0 }, digest[crypto_generichash_BYTES_MAX], input[64] = "SS58PRE";
    unsigned char key[SS58_KEY_BYTES];
    size_t length = forms[_i].prefix_length + forms[_i].key_length;
    uint16_t prefix;
    char text[128];

    memset(raw, 0xa5, length);
    memcpy(raw, forms[_i].prefix, forms[_i].prefix_length);
    memcpy(input + 7, raw, length);
    crypto_generichash(digest, sizeof(digest), input, 7 + length, NULL, 0);
    memcpy(raw + length, digest, forms[_i].sum_length);
    write_base58(text, raw, length + forms[_i].sum_length);
    ck_assert_msg(ss58_decode(text, &prefix, key) == forms[_i].good, "%s: %s", forms[_i].what, text);
}
END_TEST

Suite *ss58_suite(void)
{
    Suite *suite = suite_create("auth/ss58");
    TCase *tests = tcase_create("ss58");

    tcase_set_tags(tests, "vectors");
    tcase_add_test(tests, good_addresses_are_read_and_written);
    tcase_add_test(tests, bad_addresses_are_refused);
    tcase_add_test(tests, every_prefix_comes_back);
    tcase_add_loop_test(tests, extreme_keys_come_back, 0, 4);
    tcase_add_loop_test(tests, only_the_canonical_form_is_an_address, 0, COUNT(forms));
    suite_add_tcase(suite, tests);
    return suite;
}
