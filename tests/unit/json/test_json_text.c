/* json/json_text: what is printed is what was parsed. */
#include "json/json_text.h"

#include "json/json.h"

#include <check.h>
#include <inttypes.h>
#include <string.h>

Suite *json_text_suite(void);

static const char *const texts[] = {
    "null",
    "true",
    "false",
    "0",
    "-9223372036854775808",
    "9223372036854775807",
    "18446744073709551616",
    "1.50",
    "-0.0",
    "1e400",
    "\"\"",
    "\"a\\\"\\\\/\\n\\u0001\xc3\xa9\"",
    "[]",
    "{}",
    "[1,[null,{\"a\":[]}],\"b\"]",
    "{\"a\":1,\"\":{\"b\\n\":[true]},\"c\":null}",
};

START_TEST(what_is_printed_is_what_was_parsed)
{
    struct arena *arena = arena_create(1 << 20);
    struct json_error error;
    json_object *value = json_parse_strict(texts[_i], strlen(texts[_i]), &error);

    ck_assert_ptr_null(value == NULL ? error.text : NULL);
    ck_assert_str_eq(json_text(arena, value), texts[_i]);
    json_object_put(value);
    arena_free(arena);
}
END_TEST

START_TEST(an_integer_of_64_bits_without_a_sign_is_printed_whole)
{
    struct arena *arena = arena_create(1 << 20);
    json_object *value = json_made(json_object_new_uint64(UINT64_MAX));

    ck_assert_str_eq(json_text(arena, value), "18446744073709551615");
    json_object_put(value);
    arena_free(arena);
}
END_TEST

START_TEST(what_is_our_own_may_be_deep)
{
    char text[2 * (JSON_DEPTH_MAX + 5) + 1] = "";
    struct arena *arena = arena_create(1 << 20);
    json_object *value;

    memset(text, '[', JSON_DEPTH_MAX + 5);
    memset(text + JSON_DEPTH_MAX + 5, ']', JSON_DEPTH_MAX + 5);
    value = json_parse_own(text);
    ck_assert_str_eq(json_text(arena, value), text);
    json_object_put(value);
    ck_assert_ptr_null(json_parse_own("null"));
    arena_free(arena);
}
END_TEST

Suite *json_text_suite(void)
{
    Suite *suite = suite_create("json/text");
    TCase *tests = tcase_create("text");

    tcase_add_loop_test(tests, what_is_printed_is_what_was_parsed, 0, sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tests, an_integer_of_64_bits_without_a_sign_is_printed_whole);
    tcase_add_test(tests, what_is_our_own_may_be_deep);
    suite_add_tcase(suite, tests);
    return suite;
}
