/* ctl/calibration: which n is chosen for a limit, what is estimated, and that measuring ends. */
#include "ctl/calibration.h"

#include <check.h>
#include <sodium.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *ctl_calibration_suite(void);

/* A machine that was measured up to n = 1024, where all threads take a second. */
static struct calibration machine(void)
{
    struct calibration made = {
        .threads = 4,
        .measured = 3,
        .sizes = { { 256, 30000, 20000, 300 },
                   { 512, 400000, 150000, 1000 },
                   { 1024, 3000000, 1000000, 4000 } },
    };

    calibration_estimate(&made);
    return made;
}

START_TEST(what_was_not_measured_grows_by_the_cube_and_the_verifier_by_the_square)
{
    struct calibration made = machine();

    ck_assert_int_eq(made.sizes[0].all_threads_us, 20000);
    ck_assert_int_eq(made.sizes[2].all_threads_us, 1000000);
    for (int i = 3, cube = 8, square = 4; i < CALIBRATION_SIZES; i++, cube *= 8, square *= 4) {
        ck_assert_uint_eq(made.sizes[i].n, 256U << i);
        ck_assert_int_eq(made.sizes[i].one_thread_us, 3000000LL * cube);
        ck_assert_int_eq(made.sizes[i].all_threads_us, 1000000LL * cube);
        ck_assert_int_eq(made.sizes[i].verifier_us, 4000LL * square);
    }
    ck_assert_uint_eq(made.sizes[CALIBRATION_SIZES - 1].n, MATMUL_N_MAX);
}
END_TEST

static const struct {
    int64_t iterations, limit_ms;
    uint32_t n; /* 0: none */
} choices[] = {
    { 1, 1, 256 },     { 1, 19, 256 },        { 1, 20, 512 }, /* as long as the limit is in time */
    { 1, 999, 1024 },  { 1, 1000, 2048 },     { 2, 1999, 1024 },
    { 2, 2000, 2048 }, { 2, 133300, 8192 },   { 1, 4095999, 16384 },
    { 1, 4096000, 0 }, { 2, 4096000, 16384 }, { 1, 1000000000000000, 0 },
};

START_TEST(the_smallest_n_is_chosen_at_which_all_threads_are_too_late)
{
    struct calibration made = machine();
    const struct calibration_size *chosen =
        calibration_choose(&made, choices[_i].iterations, choices[_i].limit_ms);

    ck_assert_uint_eq(chosen == NULL ? 0 : chosen->n, choices[_i].n);
}
END_TEST

START_TEST(measuring_ends_and_leaves_no_size_out)
{
    struct calibration made;

    ck_assert_int_eq(calibration_measure(&made, 2, 0), MATMUL_SOLVED);
    ck_assert_uint_eq(made.measured, 1); /* the smallest, whatever the time */
    ck_assert(!made.no_memory);
    ck_assert_uint_eq(made.threads, 2);
    for (int i = 0; i < CALIBRATION_SIZES; i++) {
        ck_assert_uint_eq(made.sizes[i].n, 256U << i);
        ck_assert_int_gt(made.sizes[i].one_thread_us, 0);
        ck_assert_int_gt(made.sizes[i].all_threads_us, 0);
        ck_assert_int_gt(made.sizes[i].verifier_us, 0);
    }
    ck_assert_int_eq(calibration_measure(&made, 1, 0), MATMUL_SOLVED);
    ck_assert_int_eq(made.sizes[0].all_threads_us, made.sizes[0].one_thread_us);
}
END_TEST

static void set_up(void)
{
    ck_assert_int_ge(sodium_init(), 0);
}

Suite *ctl_calibration_suite(void)
{
    Suite *suite = suite_create("ctl/calibration");
    TCase *tests = tcase_create("calibration");

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, what_was_not_measured_grows_by_the_cube_and_the_verifier_by_the_square);
    tcase_add_loop_test(tests, the_smallest_n_is_chosen_at_which_all_threads_are_too_late, 0, COUNT(choices));
    tcase_add_test(tests, measuring_ends_and_leaves_no_size_out);
    suite_add_tcase(suite, tests);
    return suite;
}
