/* The catalogue of refusals as C knows it. */
#include "check/suites.h"

#include "core/bounds.h"
#include "core/refusal.h"

#include <check.h>
#include <string.h>

static struct arena *arena;

static void set_up(void)
{
    arena = arena_create(65536);
}

static void tear_down(void)
{
    arena_free(arena);
}

START_TEST(every_refusal_is_found_by_its_code)
{
    enum refusal refusal = (enum refusal)_i;

    ck_assert_int_eq(refusal_find(refusal_code(refusal)), refusal);
    ck_assert_msg(refusal_http(refusal) == 0 || (refusal_http(refusal) >= 400 && refusal_http(refusal) < 600),
                  "%s", refusal_code(refusal));
    ck_assert_ptr_null(strstr(refusal_text(arena, refusal, "x"), "{}"));
}
END_TEST

START_TEST(a_code_that_is_in_no_catalogue_is_none)
{
    ck_assert_int_eq(refusal_find("no_such_code"), REFUSAL_NONE);
    ck_assert_int_eq(refusal_find(""), REFUSAL_NONE);
    ck_assert_int_eq(refusal_http(REFUSAL_NONE), 0);
    ck_assert_ptr_null(refusal_code(REFUSAL_NONE));
    ck_assert_str_eq(refusal_text(arena, REFUSAL_NONE, "x"), "");
}
END_TEST

START_TEST(the_subject_stands_in_its_place)
{
    ck_assert_str_eq(refusal_text(arena, REFUSAL_GPU_IN_USE, "GPU-1"), "GPU GPU-1 is in use");
    ck_assert_str_eq(refusal_text(arena, REFUSAL_GPU_IN_USE, "%s{}"), "GPU %s{} is in use");
    ck_assert_str_eq(refusal_text(arena, REFUSAL_GPU_COUNT_WRONG, "2"), "The chute needs 2 distinct GPUs");
    ck_assert_str_eq(refusal_text(arena, REFUSAL_GPU_NOT_ALLOWED, NULL), "The chute does not allow GPU ");
    ck_assert_str_eq(refusal_text(arena, REFUSAL_CHUTE_NOT_FOUND, "x"), "Chute not found");
}
END_TEST

START_TEST(a_subject_that_is_too_long_is_cut_at_a_character)
{
    char subject[2 * BOUND_SUBJECT + 3] = "";
    const char *text;

    for (size_t i = 0; i < BOUND_SUBJECT; i++)
        memcpy(subject + 2 * i, "\u00fc", 3);
    text = refusal_text(arena, REFUSAL_GPU_IN_USE, subject);
    ck_assert_uint_eq(strlen(text), strlen("GPU  is in use") + 2 * BOUND_SUBJECT);
    memcpy(subject + strlen(subject), "\u00fc", 3);
    text = refusal_text(arena, REFUSAL_GPU_IN_USE, subject);
    ck_assert_ptr_nonnull(strstr(text, "\u00fc\u2026 is in use"));
    ck_assert_uint_eq(strlen(text), strlen("GPU \u2026 is in use") + 2 * BOUND_SUBJECT);
}
END_TEST

Suite *refusal_suite(void)
{
    Suite *suite = suite_create("refusal");
    TCase *tests = tcase_create("catalogue");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, every_refusal_is_found_by_its_code, REFUSAL_NONE + 1, REFUSAL_COUNT);
    tcase_add_test(tests, a_code_that_is_in_no_catalogue_is_none);
    tcase_add_test(tests, the_subject_stands_in_its_place);
    tcase_add_test(tests, a_subject_that_is_too_long_is_cut_at_a_character);
    suite_add_tcase(suite, tests);
    return suite;
}
