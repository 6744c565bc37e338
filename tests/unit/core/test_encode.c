/* core/encode: text forms of bytes, and the refusal of everything that is nearly one. */
#include "core/encode.h"

#include "check/vectors.h"
#include "core/arena.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *encode_suite(void);

static struct arena *arena;

static void open_arena(void)
{
    arena = arena_create((size_t)1 << 20);
}

static void close_arena(void)
{
    arena_free(arena);
}

START_TEST(hex_is_lower_case_and_comes_back)
{
    const unsigned char data[] = { 0x00, 0x0f, 0xa5, 0xff };
    unsigned char found[sizeof(data)];
    char text[2 * sizeof(data) + 1];

    hex_encode(text, data, sizeof(data));
    ck_assert_str_eq(text, "000fa5ff");
    ck_assert(hex_decode(found, sizeof(found), text, strlen(text)));
    ck_assert_mem_eq(found, data, sizeof(data));
    ck_assert(hex_decode(found, sizeof(found), "000FA5fF", 8));
    ck_assert_mem_eq(found, data, sizeof(data));
    hex_encode(text, data, 0);
    ck_assert_str_eq(text, "");
    ck_assert(hex_decode(found, 0, "", 0));
}
END_TEST

static const struct {
    const char *text;
    size_t text_length, out_length;
} bad_hex[] = {
    { "", 0, 1 },     { "0", 1, 0 },        { "0", 1, 1 },       { "000", 3, 1 },    { "0000", 4, 1 },
    { "00", 2, 2 },   { "0g", 2, 1 },       { "g0", 2, 1 },      { " 00", 3, 1 },    { "00 ", 3, 1 },
    { "0x00", 4, 2 }, { "0x", 2, 1 },       { "00:00", 5, 2 },   { "0\0000", 3, 1 }, { "\00000", 3, 1 },
    { "-1", 2, 1 },   { "\xef\xbc", 2, 1 }, { "00\0000", 4, 2 }, { "@0", 2, 1 },     { "`0", 2, 1 },
    { "/0", 2, 1 },   { ":0", 2, 1 },       { "G0", 2, 1 },      { "0\n", 2, 1 },
};

START_TEST(what_is_not_exactly_hex_is_refused)
{
    unsigned char out[4];

    ck_assert_msg(!hex_decode(out, bad_hex[_i].out_length, bad_hex[_i].text, bad_hex[_i].text_length),
                  "\"%s\"", bad_hex[_i].text);
}
END_TEST

/* RFC 4648, section 10, and bytes that tell the two alphabets apart. */
static const struct {
    const char *data, *standard, *url;
} base64[] = {
    { "", "", "" },
    { "f", "Zg==", "Zg" },
    { "fo", "Zm8=", "Zm8" },
    { "foo", "Zm9v", "Zm9v" },
    { "foob", "Zm9vYg==", "Zm9vYg" },
    { "fooba", "Zm9vYmE=", "Zm9vYmE" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
    { "\xff\xef\xbe", "/+++", "_---" },
};

START_TEST(base64_comes_back_in_both_alphabets)
{
    const char *data = base64[_i].data, *standard = base64[_i].standard, *url = base64[_i].url;
    size_t length = 99;
    unsigned char *found;

    ck_assert_str_eq(base64_encode(arena, data, strlen(data)), standard);
    ck_assert_str_eq(base64url_encode(arena, data, strlen(data)), url);
    found = base64_decode(arena, standard, strlen(standard), &length);
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(length, strlen(data));
    ck_assert_int_eq(memcmp(found, data, length), 0);
    found = base64url_decode(arena, url, strlen(url), &length);
    ck_assert_ptr_nonnull(found);
    ck_assert_uint_eq(length, strlen(data));
    ck_assert_int_eq(memcmp(found, data, length), 0);
}
END_TEST

START_TEST(base64_of_every_length_comes_back)
{
    unsigned char data[200], *found;

    randombytes_buf(data, sizeof(data));
    for (size_t length = 1; length <= sizeof(data); length++) {
        char *text = base64_encode(arena, data, length);
        size_t found_length = 0;

        found = base64_decode(arena, text, strlen(text), &found_length);
        ck_assert_ptr_nonnull(found);
        ck_assert_uint_eq(found_length, length);
        ck_assert_mem_eq(found, data, length);
    }
}
END_TEST

static const char *const bad_base64[] = {
    "Z",      "Zg",   "Zg=",      "Zg===", "Z===",  "====",   "=",       "Zm8",    "Zm8==",
    "Zm9v=",  "Zh==", "Zm9=",     " Zg==", "Zg== ", "Zg==\n", "Z g==",   "Zg\n==", "Zm9v\r\nYmFy",
    "Zg=\n=", "_---", "Zg==Zg==", "Zm9*",  "Zm9v.", "Zm9vZ",  "Zm\x80v",
};

START_TEST(what_is_not_strict_base64_is_refused)
{
    size_t length = 0;

    ck_assert_msg(base64_decode(arena, bad_base64[_i], strlen(bad_base64[_i]), &length) == NULL, "\"%s\"",
                  bad_base64[_i]);
}
END_TEST

static const char *const bad_base64url[] = {
    "Z",   "Zg==",  "Zg=",   "Zm8=",    "Zm9v=",
    "Zh",  "Zm9",   "/+++",  "Zg\n",    " Zg",
    "Z g", "Zm9v.", "Zm9vZ", "Zm\x80v", "\xff\xff\xff\xff",
};

START_TEST(what_is_not_strict_base64url_is_refused)
{
    size_t length = 0;

    ck_assert_msg(base64url_decode(arena, bad_base64url[_i], strlen(bad_base64url[_i]), &length) == NULL,
                  "\"%s\"", bad_base64url[_i]);
}
END_TEST

START_TEST(only_the_digits_of_a_form_are_digits)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    char text[4] = { 'Z', 'm', 'x', 'v' }, hex[2] = { '0', 'x' };
    unsigned char out[1];
    size_t length = 0;

    for (int byte = 0; byte < 256; byte++) {
        bool common = byte != 0 && strchr(letters, byte) != NULL;

        text[2] = hex[1] = (char)byte;
        ck_assert_msg((base64_decode(arena, text, 4, &length) != NULL) ==
                          (common || byte == '+' || byte == '/'),
                      "base64, %d", byte);
        ck_assert_msg((base64url_decode(arena, text, 4, &length) != NULL) ==
                          (common || byte == '-' || byte == '_'),
                      "base64url, %d", byte);
        ck_assert_msg(hex_decode(out, 1, hex, 2) ==
                          (byte != 0 && strchr("0123456789abcdefABCDEF", byte) != NULL),
                      "hex, %d", byte);
    }
}
END_TEST

START_TEST(a_nul_ends_no_text_early)
{
    size_t length = 0;

    ck_assert_ptr_null(base64_decode(arena, "Zm9v\0", 5, &length));
    ck_assert_ptr_null(base64_decode(arena, "Zm9v\0\0\0\0", 8, &length));
    ck_assert_ptr_null(base64url_decode(arena, "Zm9v\0", 5, &length));
}
END_TEST

static void assert_random(void make(char out[UUID_TEXT_BYTES]), char version)
{
    char first[UUID_TEXT_BYTES], second[UUID_TEXT_BYTES];

    for (int i = 0; i < 200; i++) {
        make(first);
        make(second);
        ck_assert(uuid_is_text(first));
        ck_assert_str_ne(first, second);
        ck_assert_int_eq(first[14], version);
        ck_assert_ptr_nonnull(strchr("89ab", first[19]));
        for (const char *digit = first; *digit != '\0'; digit++)
            ck_assert(*digit < 'A' || *digit > 'Z');
    }
}

START_TEST(random_uuids_are_of_their_version_and_differ)
{
    assert_random(uuid4_text, '4');
    assert_random(uuid8_text, '8');
}
END_TEST

START_TEST(named_uuids_are_those_of_another_implementation)
{
    json_object *root = vectors_load("ip_token.json"), *list = vectors_list(root, "vectors");
    const char *secret = vectors_text(root, "ip_check_salt");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);
        const char *ip = vectors_text(vector, "ip"), *salt = vectors_text(vector, "salt_param"), *name;
        char found[UUID_TEXT_BYTES];

        name = salt == NULL || salt[0] == '\0' ? arena_printf(arena, "%s:%s", ip, secret)
                                               : arena_printf(arena, "%s:%s:%s", ip, secret, salt);
        uuid5_oid_text(found, name, strlen(name));
        ck_assert_str_eq(found, vectors_text(vector, "token"));
    }
    json_object_put(root);
}
END_TEST

static const struct {
    const char *text;
    bool good;
} uuids[] = {
    { "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab", true },  { "0A1B2C3D-4E5F-4A6B-8C7D-0123456789AB", true },
    { "00000000-0000-0000-0000-000000000000", true },  { "", false },
    { "0a1b2c3d-4e5f-4a6b-8c7d-0123456789a", false },  { "0a1b2c3d-4e5f-4a6b-8c7d-0123456789abc", false },
    { "0a1b2c3d4e5f4a6b8c7d0123456789ab", false },     { "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ag", false },
    { "0a1b2c3d-4e5f-4a6b-8c7d00123456789ab", false }, { "0a1b2c3d04e5f-4a6b-8c7d-0123456789ab", false },
    { "0a1b2c3d--e5f-4a6b-8c7d-0123456789ab", false }, { "{a1b2c3d-4e5f-4a6b-8c7d-0123456789a}", false },
    { " a1b2c3d-4e5f-4a6b-8c7d-0123456789ab", false }, { "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab\n", false },
};

START_TEST(a_uuid_is_known_by_its_form)
{
    ck_assert_msg(uuid_is_text(uuids[_i].text) == uuids[_i].good, "\"%s\"", uuids[_i].text);
}
END_TEST

Suite *encode_suite(void)
{
    Suite *suite = suite_create("core/encode");
    TCase *tests = tcase_create("encode");

    tcase_set_tags(tests, "vectors");
    tcase_add_checked_fixture(tests, open_arena, close_arena);
    tcase_add_test(tests, hex_is_lower_case_and_comes_back);
    tcase_add_loop_test(tests, what_is_not_exactly_hex_is_refused, 0, COUNT(bad_hex));
    tcase_add_loop_test(tests, base64_comes_back_in_both_alphabets, 0, COUNT(base64));
    tcase_add_test(tests, base64_of_every_length_comes_back);
    tcase_add_loop_test(tests, what_is_not_strict_base64_is_refused, 0, COUNT(bad_base64));
    tcase_add_loop_test(tests, what_is_not_strict_base64url_is_refused, 0, COUNT(bad_base64url));
    tcase_add_test(tests, only_the_digits_of_a_form_are_digits);
    tcase_add_test(tests, a_nul_ends_no_text_early);
    tcase_add_test(tests, random_uuids_are_of_their_version_and_differ);
    tcase_add_test(tests, named_uuids_are_those_of_another_implementation);
    tcase_add_loop_test(tests, a_uuid_is_known_by_its_form, 0, COUNT(uuids));
    suite_add_tcase(suite, tests);
    return suite;
}
