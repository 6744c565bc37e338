/* core/waiting: a wait that lasts is told once, and one that may take minutes can be ended. */
#include "core/waiting.h"

#include "core/clock.h"

#include <check.h>
#include <limits.h>

Suite *waiting_suite(void);

static int told;
static int64_t postponed_ms;
static bool ending;

static void lasts(void)
{
    told++;
}

static void postpone(int64_t ms)
{
    postponed_ms += ms;
}

static bool is_to_end(void)
{
    return ending;
}

static const struct waiting_hooks hooks = { lasts, postpone, is_to_end };

static void set_up(void)
{
    told = 0;
    postponed_ms = 0;
    ending = false;
    waiting_register(&hooks);
}

static void tear_down(void)
{
    waiting_register(NULL);
}

/* A wait that began so long ago. */
static struct waiting begun(int64_t ago_ms)
{
    return (struct waiting){ .since_ms = clock_monotonic_ms() - ago_ms };
}

START_TEST(a_wait_that_lasts_is_told_once)
{
    struct waiting brief = begun(0), lasting = begun(WAITING_MOMENT_MS);

    waiting_goes_on(&brief);
    ck_assert_int_eq(told, 0);
    waiting_goes_on(&lasting);
    waiting_goes_on(&lasting);
    ck_assert_int_eq(told, 1);
    ck_assert(lasting.lasts && !brief.lasts);
}
END_TEST

START_TEST(slices_end_with_the_moment_and_with_what_is_left)
{
    struct waiting waiting = begun(0);

    ck_assert_int_le(waiting_slice_ms(&waiting, INT_MAX), WAITING_MOMENT_MS + 1);
    ck_assert_int_eq(waiting_slice_ms(&waiting, 1), 1);
    waiting = begun(10000);
    ck_assert_int_eq(waiting_slice_ms(&waiting, INT_MAX), 1);
    waiting_goes_on(&waiting);
    ck_assert_int_gt(waiting_slice_ms(&waiting, INT_MAX), 1);
    ck_assert_int_eq(waiting_slice_ms(&waiting, 7), 7);
}
END_TEST

START_TEST(without_hooks_a_wait_is_one_slice)
{
    struct waiting waiting = begun(WAITING_MOMENT_MS);

    waiting_register(NULL);
    ck_assert_int_eq(waiting_slice_ms(&waiting, 123456), 123456);
    waiting_goes_on(&waiting);
    waiting_postpone(5);
    ck_assert(!waiting_is_to_end());
    ck_assert_int_eq(told, 0);
    ck_assert_int_eq(postponed_ms, 0);
}
END_TEST

START_TEST(a_pause_ends_with_its_time_or_is_not_begun)
{
    ck_assert(waiting_pause(1, clock_monotonic_ms() + 60000));
    ck_assert(!waiting_pause(1000, clock_monotonic_ms() + 1000));
    ck_assert_int_eq(told, 0);
    ck_assert(waiting_pause(WAITING_MOMENT_MS + 10, clock_monotonic_ms() + 60000));
    ck_assert_int_eq(told, 1);
}
END_TEST

START_TEST(a_pause_is_given_up_where_waits_are_to_end)
{
    ending = true;
    ck_assert(waiting_is_to_end());
    ck_assert(!waiting_pause(10, clock_monotonic_ms() + 60000));
}
END_TEST

START_TEST(what_is_slow_puts_the_deadline_off)
{
    static const struct waiting_hooks without = { lasts, NULL, is_to_end };

    waiting_postpone(5);
    waiting_postpone(7);
    ck_assert_int_eq(postponed_ms, 12);
    waiting_register(&without);
    waiting_postpone(5);
    ck_assert_int_eq(postponed_ms, 12);
}
END_TEST

Suite *waiting_suite(void)
{
    Suite *suite = suite_create("core/waiting");
    TCase *tests = tcase_create("waiting");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_wait_that_lasts_is_told_once);
    tcase_add_test(tests, slices_end_with_the_moment_and_with_what_is_left);
    tcase_add_test(tests, without_hooks_a_wait_is_one_slice);
    tcase_add_test(tests, a_pause_ends_with_its_time_or_is_not_begun);
    tcase_add_test(tests, a_pause_is_given_up_where_waits_are_to_end);
    tcase_add_test(tests, what_is_slow_puts_the_deadline_off);
    suite_add_tcase(suite, tests);
    return suite;
}
