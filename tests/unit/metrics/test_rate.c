/* metrics/rate: buckets that fill again, in tables that never grow and lock nobody out. */
#include "metrics/rate.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW_US 1000000000
#define MINUTE 60000000

Suite *rate_suite(void);

static const struct rate one_a_second = { .interval_us = 1000000, .burst = 3 };

static int64_t take(const char *name, int64_t now_us)
{
    return rate_take(RATE_HOTKEYS, name, strlen(name), &one_a_second, now_us);
}

/* All that is in a bucket. */
static void empty(const char *name, int64_t now_us)
{
    while (take(name, now_us) == 0)
        ;
}

static void set_up(void)
{
    ck_assert(rate_share());
}

START_TEST(a_bucket_has_its_burst_and_fills_again)
{
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(take("name", NOW_US), 0);
    ck_assert_int_eq(take("name", NOW_US), 1000);
    ck_assert_int_eq(take("name", NOW_US + 400001), 600);
    ck_assert_int_eq(rate_look(RATE_HOTKEYS, "name", 4, &one_a_second, NOW_US + 1000000), 0);
    ck_assert_int_eq(take("name", NOW_US + 1000000), 0);
    ck_assert_int_eq(take("name", NOW_US + 1000000), 1000);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(take("name", NOW_US + MINUTE), 0);
    ck_assert_int_ne(take("name", NOW_US + MINUTE), 0);
}
END_TEST

START_TEST(names_and_tables_are_counted_apart)
{
    empty("name", NOW_US);
    ck_assert_int_eq(take("other", NOW_US), 0);
    ck_assert_int_eq(rate_take(RATE_REPEATS, "name", 4, &one_a_second, NOW_US), 0);
}
END_TEST

START_TEST(without_an_interval_there_is_no_limit)
{
    const struct rate none = rate_per_minute(0, 1);

    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(rate_take(RATE_HOTKEYS, "name", 4, &none, NOW_US), 0);
    ck_assert_int_eq(rate_per_minute(1200, 1).interval_us, 50000);
}
END_TEST

START_TEST(processes_share_what_is_counted)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        empty("name", NOW_US);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_ne(take("name", NOW_US), 0);
}
END_TEST

/* Four times as many as there are places. */
static void flood(int64_t now_us)
{
    char name[32];

    for (int i = 0; i < 131072; i++) {
        snprintf(name, sizeof(name), "stranger-%d", i);
        ck_assert_int_eq(take(name, now_us), 0);
    }
}

START_TEST(a_flood_of_names_locks_nobody_out)
{
    flood(NOW_US);
    ck_assert_int_eq(take("honest", NOW_US), 0);
    flood(NOW_US);
    ck_assert_int_eq(take("honest", NOW_US), 0);
}
END_TEST

START_TEST(nobody_is_free_of_his_limit_by_a_flood_of_names)
{
    empty("greedy", NOW_US);
    flood(NOW_US);
    ck_assert_int_ne(take("greedy", NOW_US), 0);
}
END_TEST

Suite *rate_suite(void)
{
    Suite *suite = suite_create("rate");
    TCase *cases = tcase_create("rate");

    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, a_bucket_has_its_burst_and_fills_again);
    tcase_add_test(cases, names_and_tables_are_counted_apart);
    tcase_add_test(cases, without_an_interval_there_is_no_limit);
    tcase_add_test(cases, processes_share_what_is_counted);
    tcase_add_test(cases, a_flood_of_names_locks_nobody_out);
    tcase_add_test(cases, nobody_is_free_of_his_limit_by_a_flood_of_names);
    suite_add_tcase(suite, cases);
    return suite;
}
