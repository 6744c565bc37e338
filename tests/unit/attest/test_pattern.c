/* attest/pattern: says of every pattern what glibc says, and neither a pattern nor a text costs more than is
 * known before. */
#include "attest/pattern.h"

#include <check.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS      4000
#define TEXTS       6
#define PIECES_MAX  9
#define LETTERS_MAX 8
#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

Suite *pattern_suite(void);

static struct arena *arena;

static void set_up(void)
{
    arena = arena_create(1 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* The text has no line breaks: glibc takes some of them for ends of the text. */
static const char letters[] = "ab_- c.d]\t";
static const char *const pieces[] = {
    "a",
    "b",
    "_",
    "-",
    " ",
    "(",
    ")",
    "(",
    "|",
    "*",
    "+",
    "?",
    "{2}",
    "{1,3}",
    "{,2}",
    "{0,1}",
    "{2,}",
    "[ab]",
    "[^a]",
    "[]a]",
    "[^]]",
    ".",
    "^",
    "$",
    "\\.",
    "[a-c_]",
    "[[:alpha:]]",
    "[[=a=]b]",
    "\\w",
    "\\W",
    "\\s",
    "\\b",
    "\\<",
    "\\>",
    "\\d",
    "\\`",
    "\\'",
    "{",
    "}",
    "]",
    "[",
    "\\S",
    "\\B",
    "[.-z]",
    "[a-b-c]",
    "[_-]",
    "[[=a=]-c]",
    "[a-[=c=]]",
    "[z-.]",
    "[[.-.]-]",
    "[[:digit:]_]",
    "[^[:space:]]",
};

static uint64_t state;

/* A number below bound; the same ones in each run. */
static size_t below(size_t bound)
{
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (size_t)(state >> 33) % bound;
}

static void draw(char *text, size_t size, size_t count_max)
{
    size_t count = 1 + below(count_max);

    text[0] = '\0';
    for (size_t length = 0; count > 0; count--)
        length += (size_t)snprintf(text + length, size - length, "%s", pieces[below(COUNT(pieces))]);
}

START_TEST(patterns_mean_what_they_mean_to_glibc)
{
    char text[128], line[LETTERS_MAX + 1];
    const struct pattern *pattern;
    const char *error;
    regex_t expected;

    state = 20251125U + (unsigned)_i;
    for (int round = 0; round < ROUNDS; round++, arena_reset(arena)) {
        draw(text, sizeof(text), PIECES_MAX);
        bool usable = regcomp(&expected, text, REG_EXTENDED | REG_NOSUB) == 0;

        pattern = pattern_compile(arena, text, &error);
        ck_assert_msg((pattern != NULL) == usable, "%s: %s", text, error != NULL ? error : "usable");
        for (int i = 0; usable && i < TEXTS; i++) {
            size_t length = below(sizeof(line) - 1);

            for (size_t j = 0; j < length; j++)
                line[j] = letters[below(sizeof(letters) - 1)];
            line[length] = '\0';
            ck_assert_msg(pattern_matches(arena, pattern, line, length) ==
                              (regexec(&expected, line, 0, NULL, 0) == 0),
                          "%s on %s", text, line);
        }
        if (usable)
            regfree(&expected);
    }
}
END_TEST

static const char *const costly[] = {
    "((a{255}){255}){255}",
    "(((((){255}){255}){255}){255}){255}",
    "((((((((((((((((a+)+)+)+)+)+)+)+)+)+)+)+)+)+)+)+",
    "(((((((((((((((((((((((((((((((((a)))))))))))))))))))))))))))))))))",
    "a{99999}",
    "a{100000}",
    "a*********",
    "(a)\\1",
    "a\\",
};

START_TEST(a_pattern_that_would_cost_gigabytes_is_refused)
{
    const char *error = NULL;

    ck_assert_ptr_null(pattern_compile(arena, costly[_i], &error));
    ck_assert_ptr_nonnull(error);
}
END_TEST

START_TEST(a_pattern_that_is_too_long_is_refused)
{
    char text[PATTERN_BYTES_MAX + 2];
    const char *error;

    memset(text, 'a', sizeof(text));
    text[PATTERN_BYTES_MAX] = '\0';
    ck_assert_ptr_nonnull(pattern_compile(arena, text, &error));
    text[PATTERN_BYTES_MAX] = 'a';
    text[PATTERN_BYTES_MAX + 1] = '\0';
    ck_assert_ptr_null(pattern_compile(arena, text, &error));
    ck_assert_str_eq(error, "it is too long");
}
END_TEST

/* For the second and third regexec() takes minutes and more. */
static const char *const slow[] = { "((.*)*)*c", "(a|b)*a(a|b){200}c", "(a|b)*a(a|b){500}c", "(x*x*x*)*c" };

START_TEST(no_text_makes_a_match_slow)
{
    char *text = malloc(PATTERN_TEXT_MAX + 1);
    const struct pattern *pattern;
    const char *error;

    state = 1;
    for (size_t i = 0; i < PATTERN_TEXT_MAX; i++)
        text[i] = below(2) == 0 ? 'a' : 'b';
    text[PATTERN_TEXT_MAX - 202] = text[PATTERN_TEXT_MAX - 502] = 'a';
    text[PATTERN_TEXT_MAX] = '\0';
    pattern = pattern_compile(arena, slow[_i], &error);
    ck_assert_ptr_nonnull(pattern);
    ck_assert(!pattern_matches(arena, pattern, text, PATTERN_TEXT_MAX));
    text[PATTERN_TEXT_MAX - 1] = 'c';
    ck_assert(pattern_matches(arena, pattern, text, PATTERN_TEXT_MAX));
    free(text);
}
END_TEST

START_TEST(a_text_that_is_too_long_matches_nothing)
{
    char *text = calloc(1, PATTERN_TEXT_MAX + 2);
    const struct pattern *pattern;
    const char *error;

    memset(text, 'a', PATTERN_TEXT_MAX + 1);
    pattern = pattern_compile(arena, "a", &error);
    ck_assert_ptr_nonnull(pattern);
    ck_assert(pattern_matches(arena, pattern, text, PATTERN_TEXT_MAX));
    ck_assert(!pattern_matches(arena, pattern, text, PATTERN_TEXT_MAX + 1));
    free(text);
}
END_TEST

Suite *pattern_suite(void)
{
    Suite *suite = suite_create("attest/pattern");
    TCase *tests = tcase_create("pattern");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, patterns_mean_what_they_mean_to_glibc, 0, 4);
    tcase_add_loop_test(tests, a_pattern_that_would_cost_gigabytes_is_refused, 0, (int)COUNT(costly));
    tcase_add_test(tests, a_pattern_that_is_too_long_is_refused);
    tcase_add_loop_test(tests, no_text_makes_a_match_slow, 0, (int)COUNT(slow));
    tcase_add_test(tests, a_text_that_is_too_long_matches_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
