/* core/clock: what is left until a deadline, and pauses that never outlast one. */
#include "core/clock.h"

#include <check.h>
#include <limits.h>

Suite *clock_suite(void);

START_TEST(what_is_left_is_never_negative_and_never_more_than_an_int)
{
    int64_t now = clock_monotonic_ms();

    ck_assert_int_eq(clock_remaining_ms(now), 0);
    ck_assert_int_eq(clock_remaining_ms(now - 1), 0);
    ck_assert_int_eq(clock_remaining_ms(INT64_MIN), 0);
    ck_assert_int_eq(clock_remaining_ms(INT64_MAX), INT_MAX);
    ck_assert_int_le(clock_remaining_ms(now + 60000), 60000);
    ck_assert_int_gt(clock_remaining_ms(now + 60000), 0);
}
END_TEST

START_TEST(a_pause_lasts_as_long_as_it_is_told)
{
    int64_t before = clock_monotonic_ms();

    ck_assert(clock_pause(20, before + 3600000));
    ck_assert_int_ge(clock_monotonic_ms() - before, 20);
}
END_TEST

START_TEST(a_pause_beyond_the_deadline_is_none)
{
    int64_t before = clock_monotonic_ms();

    ck_assert(!clock_pause(3600000, before + 3600000));
    ck_assert(!clock_pause(0, before));
    ck_assert_int_lt(clock_monotonic_ms() - before, 3600000);
}
END_TEST

Suite *clock_suite(void)
{
    Suite *suite = suite_create("core/clock");
    TCase *tests = tcase_create("clock");

    tcase_add_test(tests, what_is_left_is_never_negative_and_never_more_than_an_int);
    tcase_add_test(tests, a_pause_lasts_as_long_as_it_is_told);
    tcase_add_test(tests, a_pause_beyond_the_deadline_is_none);
    suite_add_tcase(suite, tests);
    return suite;
}
