/* json/json: what is RFC 8259 is taken and keeps its meaning; all that is nearly JSON is refused, with the
 * place where it went wrong; and values are built and read without surprises. */
#include "json/json.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define TEXT(text)   text, sizeof(text) - 1

Suite *json_suite(void);

static const struct {
    const char *text;
    size_t length;
    const char *printed; /* by json-c, plain */
} good[] = {
    { TEXT("null"), "null" },
    { TEXT("true"), "true" },
    { TEXT("false"), "false" },
    { TEXT(" \t\r\n1 \t\r\n"), "1" },
    { TEXT("0"), "0" },
    { TEXT("-0"), "0" },
    { TEXT("9223372036854775807"), "9223372036854775807" },
    { TEXT("-9223372036854775808"), "-9223372036854775808" },
    { TEXT("9223372036854775808"), "9223372036854775808" },
    { TEXT("123456789012345678901234567890"), "123456789012345678901234567890" },
    { TEXT("1.50"), "1.50" },
    { TEXT("1e3"), "1e3" },
    { TEXT("-1.0E+2"), "-1.0E+2" },
    { TEXT("0.0e-0"), "0.0e-0" },
    { TEXT("\"\""), "\"\"" },
    { TEXT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
    { TEXT("\"\x7f\""), "\"\x7f\"" },
    { TEXT("\"\\u0041\\u00e9\\u20AC\\ud83d\\uDE00\""), "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
    { TEXT("\"\\ud800\\udc00\\udbff\\udfff\""), "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\"" },
    { TEXT("\"\xc2\x80 \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\""),
      "\"\xc2\x80 \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\"" },
    { TEXT("[]"), "[]" },
    { TEXT("[ ]"), "[]" },
    { TEXT("{ }"), "{}" },
    { TEXT("[1 , [2] , {\"a\" : null}]"), "[1,[2],{\"a\":null}]" },
    { TEXT("{\"\":{},\"a\":[],\"A\":1}"), "{\"\":{},\"a\":[],\"A\":1}" },
};

START_TEST(strict_json_is_taken_and_keeps_its_meaning)
{
    struct json_error error;
    json_object *value = json_parse_strict(good[_i].text, good[_i].length, &error);

    ck_assert_msg(error.text == NULL, "%s: %s", good[_i].text, error.text);
    ck_assert_str_eq(
        json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
        good[_i].printed);
    json_object_put(value);
}
END_TEST

static const struct {
    const char *text;
    size_t length, offset; /* of the error, in characters */
    const char *error;
} bad[] = {
    { TEXT(""), 0, "Expecting value" },
    { TEXT(" "), 1, "Expecting value" },
    { TEXT("NaN"), 0, "Expecting value" },
    { TEXT("Infinity"), 0, "Expecting value" },
    { TEXT("-Infinity"), 0, "Expecting value" },
    { TEXT("nul"), 0, "Expecting value" },
    { TEXT("True"), 0, "Expecting value" },
    { TEXT("tru"), 0, "Expecting value" },
    { TEXT("'a'"), 0, "Expecting value" },
    { TEXT("+1"), 0, "Expecting value" },
    { TEXT("-"), 0, "Expecting value" },
    { TEXT(".5"), 0, "Expecting value" },
    { TEXT("01"), 1, "Extra data" },
    { TEXT("-01"), 2, "Extra data" },
    { TEXT("1."), 1, "Extra data" },
    { TEXT("1.e1"), 1, "Extra data" },
    { TEXT("1e"), 1, "Extra data" },
    { TEXT("1e+"), 1, "Extra data" },
    { TEXT("0x10"), 1, "Extra data" },
    { TEXT("1_000"), 1, "Extra data" },
    { TEXT("1 2"), 2, "Extra data" },
    { TEXT("1\0"), 1, "Extra data" },
    { TEXT("nullx"), 4, "Extra data" },
    { TEXT("{}}"), 2, "Extra data" },
    { TEXT("1\v"), 1, "Extra data" },
    { TEXT("\xc2\xa0"
           "1"),
      0, "Expecting value" },
    { TEXT("\xef\xbb\xbf"
           "1"),
      0, "Expecting value" },
    { TEXT("/* */ 1"), 0, "Expecting value" },
    { TEXT("1 // one"), 2, "Extra data" },
    { TEXT("["), 1, "Expecting value" },
    { TEXT("[1"), 2, "Expecting ',' delimiter" },
    { TEXT("[1,"), 3, "Expecting value" },
    { TEXT("[1,]"), 3, "Expecting value" },
    { TEXT("[,1]"), 1, "Expecting value" },
    { TEXT("[1 2]"), 3, "Expecting ',' delimiter" },
    { TEXT("[1}"), 2, "Expecting ',' delimiter" },
    { TEXT("{"), 1, "Expecting property name enclosed in double quotes" },
    { TEXT("{a:1}"), 1, "Expecting property name enclosed in double quotes" },
    { TEXT("{'a':1}"), 1, "Expecting property name enclosed in double quotes" },
    { TEXT("{1:1}"), 1, "Expecting property name enclosed in double quotes" },
    { TEXT("{\"a\"}"), 4, "Expecting ':' delimiter" },
    { TEXT("{\"a\",1}"), 4, "Expecting ':' delimiter" },
    { TEXT("{\"a\":}"), 5, "Expecting value" },
    { TEXT("{\"a\":1,}"), 7, "Expecting property name enclosed in double quotes" },
    { TEXT("{\"a\":1]"), 6, "Expecting ',' delimiter" },
    { TEXT("{\"a\":1,\"a\":1}"), 7, "Duplicate property name" },
    { TEXT("{\"\xc3\xa9\":1,\"\\u00e9\":1}"), 7, "Duplicate property name" },
    { TEXT("[{\"a\":{\"b\":1,\"b\":null}}]"), 13, "Duplicate property name" },
    { TEXT("\""), 0, "Unterminated string starting at" },
    { TEXT("\"a"), 0, "Unterminated string starting at" },
    { TEXT("\"\\\""), 0, "Unterminated string starting at" },
    { TEXT("\"\\"), 0, "Unterminated string starting at" },
    { TEXT("\"\t\""), 1, "Invalid control character at" },
    { TEXT("\"\n\""), 1, "Invalid control character at" },
    { TEXT("\"\x1f\""), 1, "Invalid control character at" },
    { TEXT("\"a\0b\""), 2, "Invalid control character at" },
    { TEXT("\"\\x\""), 1, "Invalid \\escape" },
    { TEXT("\"\\'\""), 1, "Invalid \\escape" },
    { TEXT("\"\\U0041\""), 1, "Invalid \\escape" },
    { TEXT("\"\\\0\""), 1, "Invalid \\escape" },
    { TEXT("\"\\u\""), 2, "Invalid \\uXXXX escape" },
    { TEXT("\"\\u004\""), 2, "Invalid \\uXXXX escape" },
    { TEXT("\"\\u00g1\""), 2, "Invalid \\uXXXX escape" },
    { TEXT("\"\\u 041\""), 2, "Invalid \\uXXXX escape" },
    { TEXT("\"\\u0x41\""), 2, "Invalid \\uXXXX escape" },
    { TEXT("\"\\u0041"), 2, "Invalid \\uXXXX escape" },
    { TEXT("\"\\u0000\""), 2, "NUL character in a string" },
    { TEXT("{\"\\u0000\":1}"), 3, "NUL character in a string" },
    { TEXT("\"\\ud800\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\udc00\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\udfff\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\udbff\\n\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\ud800\\ud800\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\ud800\\u0041\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\udc00\\ud800\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\ud800\\ue000\""), 2, "Surrogate without its partner" },
    { TEXT("\"\\ud800\\u00\""), 8, "Invalid \\uXXXX escape" },
    { TEXT("[\"\xe2\x82\xac\", x]"), 6, "Expecting value" },
};

START_TEST(what_is_nearly_json_is_refused_at_its_place)
{
    struct json_error error;
    json_object *value = json_parse_strict(bad[_i].text, bad[_i].length, &error);

    ck_assert_ptr_null(value);
    ck_assert_msg(error.text != NULL, "%s is taken", bad[_i].text);
    ck_assert_msg(strcmp(error.text, bad[_i].error) == 0 && error.offset == bad[_i].offset,
                  "%s: \"%s\" at %zu", bad[_i].text, error.text, error.offset);
}
END_TEST

/* RFC 3629: overlong forms, surrogates, what lies above U+10FFFF, sequences cut short, stray bytes. */
static const struct {
    const char *bytes;
    size_t length, valid; /* bytes before the error */
} not_utf8[] = {
    { TEXT("\x80"), 0 },
    { TEXT("a\xbf"), 1 },
    { TEXT("\xc0\x80"), 0 },
    { TEXT("\xc1\xbf"), 0 },
    { TEXT("\xc2"), 0 },
    { TEXT("\xc2\x41"), 0 },
    { TEXT("\xc2\xc0"), 0 },
    { TEXT("\xe0\x80\x80"), 0 },
    { TEXT("\xe0\x9f\xbf"), 0 },
    { TEXT("\xe2\x82"), 0 },
    { TEXT("\xe2\x82\x41"), 0 },
    { TEXT("ab\xe2\x28\xa1"), 2 },
    { TEXT("\xed\xa0\x80"), 0 },
    { TEXT("\xed\xbf\xbf"), 0 },
    { TEXT("\xf0\x80\x80\x80"), 0 },
    { TEXT("\xf0\x8f\xbf\xbf"), 0 },
    { TEXT("\xf0\x90\x80"), 0 },
    { TEXT("\xf0\x90\x80\xc0"), 0 },
    { TEXT("\xf4\x90\x80\x80"), 0 },
    { TEXT("\xf5\x80\x80\x80"), 0 },
    { TEXT("\xf8\x88\x80\x80\x80"), 0 },
    { TEXT("\xfe"), 0 },
    { TEXT("\xc3\xa9\xff"), 2 },
};

START_TEST(what_is_no_utf8_is_refused_before_anything_is_parsed)
{
    struct json_error error;
    char text[32] = "\"";
    size_t length = not_utf8[_i].length;

    ck_assert(!utf8_is_valid(not_utf8[_i].bytes, length));
    ck_assert(utf8_is_valid(not_utf8[_i].bytes, not_utf8[_i].valid));
    memcpy(text + 1, not_utf8[_i].bytes, length);
    text[1 + length] = '"';
    ck_assert_ptr_null(json_parse_strict(text, length + 2, &error));
    ck_assert_pstr_eq(error.text, "Invalid UTF-8");
    ck_assert_uint_eq(error.offset, not_utf8[_i].valid == 2 && not_utf8[_i].bytes[0] != 'a'
                                        ? 2 /* one character of two bytes */
                                        : 1 + not_utf8[_i].valid);
}
END_TEST

START_TEST(every_character_of_unicode_is_utf8)
{
    for (uint32_t code = 0x80; code <= 0x10FFFF; code += code < 0x1000 ? 1 : 37) {
        unsigned char bytes[4] = { 0 };
        size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        static const unsigned char heads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

        for (size_t i = length; i-- > 1;)
            bytes[i] = (unsigned char)(0x80 | (code >> 6 * (length - 1 - i) & 0x3F));
        bytes[0] = (unsigned char)(heads[length] | code >> 6 * (length - 1));
        ck_assert_msg(utf8_is_valid((const char *)bytes, length) == (code < 0xD800 || code > 0xDFFF),
                      "U+%04X", code);
    }
}
END_TEST

/* count brackets, open and closed. */
static json_object *parse_nested(char bracket, size_t count, struct json_error *error)
{
    char text[8 * (JSON_DEPTH_MAX + 2)] = "";
    size_t length = 0;

    for (size_t i = 0; i < count; i++) {
        const char *open = bracket == '[' ? "[" : i + 1 < count ? "{\"k\":" : "{";

        memcpy(text + length, open, strlen(open));
        length += strlen(open);
    }
    for (size_t i = 0; i < count; i++)
        text[length++] = bracket == '[' ? ']' : '}';
    return json_parse_strict(text, length, error);
}

START_TEST(nesting_ends_at_the_limit)
{
    static const char brackets[] = { '[', '{' };

    for (size_t i = 0; i < sizeof(brackets); i++) {
        struct json_error error;
        json_object *value = parse_nested(brackets[i], JSON_DEPTH_MAX, &error);

        ck_assert_ptr_nonnull(value);
        json_object_put(value);
        ck_assert_ptr_null(parse_nested(brackets[i], JSON_DEPTH_MAX + 1, &error));
        ck_assert_pstr_eq(error.text, "Too many levels of nesting");
    }
}
END_TEST

/* A list of count zeros; the list is a value, too. */
static json_object *parse_many(size_t count, struct json_error *error)
{
    char *text = malloc(2 * count + 1);
    json_object *value;

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + 2 * i, ",0", 2);
    text[0] = '[';
    text[2 * count] = ']';
    value = json_parse_strict(text, 2 * count + 1, error);
    free(text);
    return value;
}

START_TEST(the_number_of_values_ends_at_the_limit)
{
    struct json_error error;
    json_object *value = parse_many(JSON_VALUES_MAX - 1, &error);

    ck_assert_uint_eq(json_object_array_length(value), JSON_VALUES_MAX - 1);
    json_object_put(value);
    ck_assert_ptr_null(parse_many(JSON_VALUES_MAX, &error));
    ck_assert_pstr_eq(error.text, "Too many values");
}
END_TEST

START_TEST(a_text_longer_than_json_c_counts_is_refused_unread)
{
    struct json_error error;

    ck_assert_ptr_null(json_parse_strict("1", (size_t)INT32_MAX + 1, &error));
    ck_assert_pstr_eq(error.text, "Too long");
}
END_TEST

static const struct {
    const char *text;
    bool integer;
    enum json_type type;
} numbers[] = {
    { "1", true, json_type_int },
    { "-1", true, json_type_int },
    { "9223372036854775808", true, json_type_double },
    { "-9223372036854775809", true, json_type_double },
    { "1.0", false, json_type_double },
    { "1e1", false, json_type_double },
    { "1E400", false, json_type_double },
    { "\"1\"", false, json_type_string },
    { "true", false, json_type_boolean },
};

START_TEST(an_integer_is_one_however_large)
{
    struct json_error error;
    json_object *value = json_parse_strict(numbers[_i].text, strlen(numbers[_i].text), &error);

    ck_assert(json_object_is_type(value, numbers[_i].type));
    ck_assert_int_eq(json_is_integer(value), numbers[_i].integer);
    if (numbers[_i].type == json_type_double)
        ck_assert_str_eq(json_object_get_string(value), numbers[_i].text);
    json_object_put(value);
}
END_TEST

START_TEST(reads_give_the_type_that_was_asked_for_or_nothing)
{
    static const char text[] = "{\"t\":\"x\",\"i\":7,\"b\":true,\"n\":null,\"d\":1.5,\"digits\":\"12\","
                               "\"large\":18446744073709551615}";
    struct json_error error;
    json_object *object = json_parse_strict(TEXT(text), &error);

    ck_assert_str_eq(json_get_text(object, "t"), "x");
    ck_assert_ptr_null(json_get_text(object, "i"));
    ck_assert_ptr_null(json_get_text(object, "n"));
    ck_assert_ptr_null(json_get_text(object, "absent"));
    ck_assert_int_eq(json_get_integer(object, "i", -1), 7);
    ck_assert_int_eq(json_get_integer(object, "digits", -1), -1);
    ck_assert_int_eq(json_get_integer(object, "b", -1), -1);
    ck_assert_int_eq(json_get_integer(object, "d", -1), -1);
    ck_assert_int_eq(json_get_integer(object, "absent", -1), -1);
    ck_assert_str_eq(json_get_integer_text(object, "i"), "7");
    ck_assert_str_eq(json_get_integer_text(object, "large"), "18446744073709551615");
    ck_assert_ptr_null(json_get_integer_text(object, "d"));
    ck_assert_ptr_null(json_get_integer_text(object, "digits"));
    ck_assert_ptr_null(json_get_integer_text(object, "n"));
    ck_assert_ptr_null(json_get_integer_text(object, "absent"));
    ck_assert(json_get_boolean(object, "b", false));
    ck_assert(!json_get_boolean(object, "i", false));
    ck_assert(json_get_boolean(object, "t", true));
    ck_assert(json_get_boolean(object, "absent", true));
    json_object_put(object);
}
END_TEST

START_TEST(what_is_built_is_printed_and_goes_with_the_arena)
{
    struct arena *arena = arena_create(4096);
    json_object *object = json_made(json_object_new_object()), *list = json_made(json_object_new_array());

    json_append(list, json_made(json_object_new_int(1)));
    json_append(list, NULL);
    json_put(object, "list", list);
    json_put(object, "none", NULL);
    ck_assert_str_eq(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
                     "{\"list\":[1,null],\"none\":null}");
    json_object_get(list); /* ours */
    json_defer(arena, object);
    json_defer(arena, NULL);
    arena_reset(arena);
    ck_assert_int_eq(json_object_put(list), 1); /* the last reference: the object is gone */
    arena_free(arena);
}
END_TEST

START_TEST(want_of_memory_ends_the_process)
{
    json_made(NULL);
}
END_TEST

Suite *json_suite(void)
{
    Suite *suite = suite_create("json/json");
    TCase *texts = tcase_create("texts"), *values = tcase_create("values");

    tcase_add_loop_test(texts, strict_json_is_taken_and_keeps_its_meaning, 0, COUNT(good));
    tcase_add_loop_test(texts, what_is_nearly_json_is_refused_at_its_place, 0, COUNT(bad));
    tcase_add_loop_test(texts, what_is_no_utf8_is_refused_before_anything_is_parsed, 0, COUNT(not_utf8));
    tcase_add_test(texts, every_character_of_unicode_is_utf8);
    tcase_add_test(texts, nesting_ends_at_the_limit);
    tcase_add_test(texts, the_number_of_values_ends_at_the_limit);
    tcase_add_test(texts, a_text_longer_than_json_c_counts_is_refused_unread);
    suite_add_tcase(suite, texts);
    tcase_add_loop_test(values, an_integer_is_one_however_large, 0, COUNT(numbers));
    tcase_add_test(values, reads_give_the_type_that_was_asked_for_or_nothing);
    tcase_add_test(values, what_is_built_is_printed_and_goes_with_the_arena);
    tcase_add_exit_test(values, want_of_memory_ends_the_process, EXIT_NO_MEMORY);
    suite_add_tcase(suite, values);
    return suite;
}
