/* http/uri: percent-decoding and query strings as Starlette reads them; what is no text without NUL is
 * refused. */
#include "http/uri.h"

#include <check.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *uri_suite(void);

static struct arena *arena;

static void set_up(void)
{
    arena = arena_create(65536);
}

static void tear_down(void)
{
    arena_free(arena);
}

static const struct {
    const char *text;
    bool plus_is_space;
    const char *decoded; /* NULL: refused */
} decodings[] = {
    { "", false, "" },
    { "a/b", false, "a/b" },
    { "%41%2f%2F", false, "A//" },
    { "a+b", false, "a+b" },
    { "a+b%2B", true, "a b+" },
    { "%", false, "%" },
    { "%4", false, "%4" },
    { "%zz", false, "%zz" },
    { "%4g", false, "%4g" },
    { "%%41", false, "%A" },
    { "%2541", false, "%41" },
    { "%c3%a9", false, "\xc3\xa9" },
    { "\xc3\xa9", false, "\xc3\xa9" },
    { "%00", false, NULL },
    { "a%00b", true, NULL },
    { "%ff", false, NULL },
    { "%c0%af", false, NULL },
    { "%ed%a0%80", false, NULL },
    { "%c3", false, NULL },
    { "\xc3", false, NULL },
};

START_TEST(text_is_decoded_once_or_refused)
{
    ck_assert_pstr_eq(
        uri_decode(arena, decodings[_i].text, strlen(decodings[_i].text), decodings[_i].plus_is_space),
        decodings[_i].decoded);
}
END_TEST

START_TEST(an_escape_ends_where_the_text_ends)
{
    ck_assert_str_eq(uri_decode(arena, "%412", 2, false), "%4");
    ck_assert_str_eq(uri_decode(arena, "%412", 3, false), "A");
    ck_assert_ptr_null(uri_decode(arena, "a\0b", 3, false));
}
END_TEST

static const struct {
    const char *query, *value;
    bool malformed;
} queries[] = {
    { "", NULL, false },
    { "a=1", NULL, false },
    { "name=1", "1", false },
    { "name", "", false },
    { "name=", "", false },
    { "name=a=b", "a=b", false },
    { "x=1&name=2&y=3", "2", false },
    { "name=1&name=2", "2", false },
    { "name=1&name", "", false },
    { "&&name=1&", "1", false },
    { "names=1&nam=2&Name=3", NULL, false },
    { "n%61me=1", "1", false },
    { "n%61m%65=1&name=%41+b", "A b", false },
    { "=1&name=2", "2", false },
    { "name=%00", NULL, true },
    { "name=%ff", NULL, true },
    { "name=%ff&name=ok", "ok", false },
    { "name=ok&name=%ff", NULL, true },
    { "other=%ff&name=ok", "ok", false },
    { "%00name=1", NULL, false },
};

START_TEST(the_last_value_of_a_name_counts)
{
    bool malformed = !queries[_i].malformed;

    ck_assert_pstr_eq(uri_query_value(arena, queries[_i].query, "name", &malformed), queries[_i].value);
    ck_assert_int_eq(malformed, queries[_i].malformed);
}
END_TEST

START_TEST(a_plus_in_a_name_is_a_space)
{
    bool malformed;

    ck_assert_pstr_eq(uri_query_value(arena, "a+b=1", "a b", &malformed), "1");
    ck_assert_ptr_null(uri_query_value(arena, "a+b=1", "a+b", &malformed));
}
END_TEST

Suite *uri_suite(void)
{
    Suite *suite = suite_create("http/uri");
    TCase *tests = tcase_create("uri");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, text_is_decoded_once_or_refused, 0, COUNT(decodings));
    tcase_add_test(tests, an_escape_ends_where_the_text_ends);
    tcase_add_loop_test(tests, the_last_value_of_a_name_counts, 0, COUNT(queries));
    tcase_add_test(tests, a_plus_in_a_name_is_a_space);
    suite_add_tcase(suite, tests);
    return suite;
}
