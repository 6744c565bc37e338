/* core/buf: appends add up, the maximum holds, a failure sticks, and JSON strings are always valid JSON. */
#include "core/buf.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *buf_suite(void);

static struct buf buf;

static void set_up(void)
{
    buf_init(&buf, 4096);
}

static void tear_down(void)
{
    buf_free(&buf);
}

START_TEST(a_new_buffer_is_an_empty_text)
{
    ck_assert(!buf.failed);
    ck_assert_uint_eq(buf.length, 0);
    ck_assert_str_eq(buf.data, "");
}
END_TEST

START_TEST(appends_add_up)
{
    buf_puts(&buf, "one ");
    buf_append(&buf, "two!", 3);
    buf_append(&buf, "", 0);
    buf_printf(&buf, " %d%s", 3, "rd");
    ck_assert_str_eq(buf.data, "one two 3rd");
    ck_assert_uint_eq(buf.length, strlen("one two 3rd"));
    ck_assert(!buf.failed);
}
END_TEST

START_TEST(bytes_after_a_nul_are_kept)
{
    buf_append(&buf, "a\0b", 3);
    ck_assert_uint_eq(buf.length, 3);
    ck_assert_mem_eq(buf.data, "a\0b", 4);
}
END_TEST

START_TEST(it_grows_to_its_maximum_and_no_further)
{
    for (int i = 0; i < 4096; i++)
        buf_append(&buf, "x", 1);
    ck_assert(!buf.failed);
    ck_assert_uint_eq(buf.length, 4096);
    ck_assert_uint_eq(strlen(buf.data), 4096);

    buf_append(&buf, "y", 1);
    ck_assert(buf.failed);
    ck_assert_uint_eq(buf.length, 4096);
}
END_TEST

START_TEST(one_append_may_fill_it)
{
    char block[4097];

    memset(block, 'x', sizeof(block));
    buf_append(&buf, block, 4096);
    ck_assert(!buf.failed);
    ck_assert_uint_eq(buf.length, 4096);
}
END_TEST

START_TEST(what_does_not_fit_leaves_no_part)
{
    buf_puts(&buf, "head");
    buf_printf(&buf, "%*s", 4093, "x");
    ck_assert(buf.failed);
    ck_assert_str_eq(buf.data, "head");
}
END_TEST

START_TEST(a_failure_sticks)
{
    char block[4097] = { 0 };

    buf_append(&buf, block, sizeof(block));
    ck_assert(buf.failed);
    buf_puts(&buf, "x");
    buf_printf(&buf, "%d", 1);
    buf_json_string(&buf, "x", 1);
    ck_assert(buf.failed);
    ck_assert_uint_eq(buf.length, 0);
}
END_TEST

START_TEST(a_maximum_of_zero_takes_nothing)
{
    struct buf none;

    buf_init(&none, 0);
    ck_assert(!none.failed);
    buf_append(&none, "", 0);
    ck_assert(!none.failed);
    buf_puts(&none, "x");
    ck_assert(none.failed);
    buf_free(&none);
}
END_TEST

#define REPLACED "\xef\xbf\xbd"

static const struct {
    const char *text;
    size_t length;
    const char *json;
} strings[] = {
    { "", 0, "\"\"" },
    { "plain", 5, "\"plain\"" },
    { "a\"b\\c/", 6, "\"a\\\"b\\\\c/\"" },
    { "\x1f", 1, "\"\\u001f\"" },
    { "a\0b", 3, "\"a\\u0000b\"" },
    { "\xc3\xa9", 2, "\"\xc3\xa9\"" },
    { "\xe2\x82\xac", 3, "\"\xe2\x82\xac\"" },
    { "\xf0\x9f\x98\x80", 4, "\"\xf0\x9f\x98\x80\"" },
    { "\xf4\x8f\xbf\xbf", 4, "\"\xf4\x8f\xbf\xbf\"" },                        /* U+10FFFF, the last */
    { "\xf4\x90\x80\x80", 4, "\"" REPLACED REPLACED REPLACED REPLACED "\"" }, /* beyond it */
    { "\xc0\x80", 2, "\"" REPLACED REPLACED "\"" },                           /* an overlong NUL */
    { "\xe0\x9f\xbf", 3, "\"" REPLACED REPLACED REPLACED "\"" },              /* overlong */
    { "\xf0\x8f\xbf\xbf", 4, "\"" REPLACED REPLACED REPLACED REPLACED "\"" }, /* overlong */
    { "\xed\xa0\x80", 3, "\"" REPLACED REPLACED REPLACED "\"" },              /* a surrogate */
    { "\x80x", 2, "\"" REPLACED "x\"" },                                      /* a continuation alone */
    { "\xff\xfe", 2, "\"" REPLACED REPLACED "\"" },
    { "\xe2\x82", 2, "\"" REPLACED REPLACED "\"" },       /* cut short by the length */
    { "\xe2\x82\"", 3, "\"" REPLACED REPLACED "\\\"\"" }, /* cut short by a quote */
};

START_TEST(a_text_becomes_a_json_string)
{
    buf_json_string(&buf, strings[_i].text, strings[_i].length);
    ck_assert_str_eq(buf.data, strings[_i].json);
}
END_TEST

START_TEST(line_breaks_never_stand_in_a_json_string)
{
    buf_json_string(&buf, "a\nb\rc\td", 7);
    ck_assert_ptr_null(strpbrk(buf.data, "\n\r\t"));
    ck_assert_uint_ge(buf.length, strlen("\"a\\nb\\rc\\td\""));
}
END_TEST

START_TEST(a_json_string_is_cut_behind_a_whole_character)
{
    static const struct {
        const char *text;
        size_t max_bytes;
        const char *json;
    } cuts[] = {
        { "abcdefgh", 10, "\"abcdefgh\"" },
        { "abcdefghi", 10, "\"abcde\u2026\"" },
        { "\u20ac\u20ac\u20ac", 10, "\"\u20ac\u2026\"" },
        { "\u20ac\u20ac\u20ac", 11, "\"\u20ac\u20ac\u20ac\"" },
        { "\n\n\n\n\n", 10, "\"\\n\\n\u2026\"" },
        { "\x01\x01", 10, "\"\u2026\"" },
        { "", 8, "\"\"" },
    };

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        buf_free(&buf);
        buf_init(&buf, 4096);
        buf_json_string_cut(&buf, cuts[i].text, strlen(cuts[i].text), cuts[i].max_bytes);
        ck_assert_str_eq(buf.data, cuts[i].json);
        ck_assert_uint_le(buf.length, cuts[i].max_bytes);
    }
}
END_TEST

START_TEST(a_borrowed_buffer_fills_its_storage_and_takes_no_memory)
{
    char storage[8];

    buf_free(&buf);
    buf_borrow(&buf, storage, sizeof(storage));
    buf_puts(&buf, "abcdefg");
    ck_assert(!buf.failed);
    ck_assert_str_eq(storage, "abcdefg");
    buf_puts(&buf, "h");
    ck_assert(buf.failed);
    ck_assert_str_eq(storage, "abcdefg");
}
END_TEST

Suite *buf_suite(void)
{
    Suite *suite = suite_create("core/buf");
    TCase *tests = tcase_create("buf");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_new_buffer_is_an_empty_text);
    tcase_add_test(tests, appends_add_up);
    tcase_add_test(tests, bytes_after_a_nul_are_kept);
    tcase_add_test(tests, a_json_string_is_cut_behind_a_whole_character);
    tcase_add_test(tests, a_borrowed_buffer_fills_its_storage_and_takes_no_memory);
    tcase_add_test(tests, it_grows_to_its_maximum_and_no_further);
    tcase_add_test(tests, one_append_may_fill_it);
    tcase_add_test(tests, what_does_not_fit_leaves_no_part);
    tcase_add_test(tests, a_failure_sticks);
    tcase_add_test(tests, a_maximum_of_zero_takes_nothing);
    tcase_add_loop_test(tests, a_text_becomes_a_json_string, 0, sizeof(strings) / sizeof(strings[0]));
    tcase_add_test(tests, line_breaks_never_stand_in_a_json_string);
    suite_add_tcase(suite, tests);
    return suite;
}
