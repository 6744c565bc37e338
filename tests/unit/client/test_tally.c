/* client/tally: percentiles are nearest-rank, failures are counted by step and status, and neither has an
 * end. */
#include "client/tally.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *tally_suite(void);

static struct tally tally;

static void set_up(void)
{
    tally = (struct tally){ 0 };
}

static void tear_down(void)
{
    tally_free(&tally);
}

START_TEST(percentiles_are_of_the_nearest_rank)
{
    for (int64_t ms = 200; ms >= 1; ms--)
        tally_add(&tally, 2, 1000 * ms, 200, NULL);
    tally_sort(&tally);
    ck_assert_uint_eq(tally.steps[2].count, 200);
    ck_assert(tally_percentile_ms(&tally.steps[2], 1) == 2.0);
    ck_assert(tally_percentile_ms(&tally.steps[2], 50) == 100.0);
    ck_assert(tally_percentile_ms(&tally.steps[2], 99) == 198.0);
    ck_assert(tally_percentile_ms(&tally.steps[2], 100) == 200.0);
    ck_assert_uint_eq(tally.failed_lives, 0);
}
END_TEST

START_TEST(one_run_is_every_percentile)
{
    tally_add(&tally, 0, 1500, 200, NULL);
    tally_sort(&tally);
    for (unsigned percent = 1; percent <= 100; percent++)
        ck_assert(tally_percentile_ms(&tally.steps[0], percent) == 1.5);
}
END_TEST

START_TEST(a_step_that_never_ran_has_no_time)
{
    tally_sort(&tally);
    ck_assert(tally_percentile_ms(&tally.steps[0], 50) == 0.0);
}
END_TEST

START_TEST(failures_are_counted_by_step_and_status)
{
    tally_add(&tally, 1, 1, 409, "first");
    tally_add(&tally, 1, 1, 409, "second");
    tally_add(&tally, 1, 1, 423, "third");
    tally_add(&tally, 3, 1, 409, "fourth");
    ck_assert_uint_eq(tally.failed_lives, 4);
    ck_assert_uint_eq(tally.failure_count, 3);
    ck_assert_uint_eq(tally.failures[0].count, 2);
    ck_assert_uint_eq(tally.failures[0].step, 1);
    ck_assert_int_eq(tally.failures[0].status, 409);
    ck_assert_str_eq(tally.failures[0].detail, "first");
    ck_assert_uint_eq(tally.failures[2].step, 3);
    ck_assert_uint_eq(tally.steps[1].count, 3);
}
END_TEST

START_TEST(more_kinds_than_there_is_room_for_are_counted_with_the_last)
{
    for (int status = 0; status < TALLY_FAILURE_KINDS + 10; status++)
        tally_add(&tally, 0, 1, status, "detail");
    ck_assert_uint_eq(tally.failed_lives, TALLY_FAILURE_KINDS + 10);
    ck_assert_uint_eq(tally.failure_count, TALLY_FAILURE_KINDS);
    ck_assert_uint_eq(tally.failures[TALLY_FAILURE_KINDS - 1].count, 11);
}
END_TEST

START_TEST(a_long_detail_is_cut)
{
    char detail[2 * TALLY_DETAIL_BYTES];

    snprintf(detail, sizeof(detail), "%0*d", (int)sizeof(detail) - 1, 0);
    tally_add(&tally, 0, 1, 0, detail);
    ck_assert_uint_eq(strlen(tally.failures[0].detail), TALLY_DETAIL_BYTES - 1);
}
END_TEST

Suite *tally_suite(void)
{
    Suite *suite = suite_create("client/tally");
    TCase *tests = tcase_create("tally");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, percentiles_are_of_the_nearest_rank);
    tcase_add_test(tests, one_run_is_every_percentile);
    tcase_add_test(tests, a_step_that_never_ran_has_no_time);
    tcase_add_test(tests, failures_are_counted_by_step_and_status);
    tcase_add_test(tests, more_kinds_than_there_is_room_for_are_counted_with_the_last);
    tcase_add_test(tests, a_long_detail_is_cut);
    suite_add_tcase(suite, tests);
    return suite;
}
