/* server/intake: connections for a worker, and what keeps it from them. */
#include "server/intake.h"

#include "check/command_output.h"
#include "core/clock.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

Suite *intake_suite(void);

/* As process_run leaves the signals. */
static sigset_t begin(void)
{
    sigset_t all, waiting;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    intake_begin(&waiting);
    return waiting;
}

START_TEST(sigterm_is_seen_though_nobody_waits_for_it)
{
    begin();
    ck_assert(!intake_is_over());
    raise(SIGTERM);
    ck_assert(intake_is_over());
}
END_TEST

START_TEST(sigterm_ends_a_wait)
{
    sigset_t waiting = begin();

    raise(SIGTERM);
    ck_assert_int_eq(ppoll(NULL, 0, NULL, &waiting), -1);
    ck_assert(intake_is_over());
}
END_TEST

/* rests: how often it is to rest among three failures. */
static const struct {
    int error;
    bool rests;
} errors[] = {
    { EMFILE, true },  { ENFILE, true },        { ENOBUFS, true }, { ENOMEM, true },
    { EAGAIN, false }, { ECONNABORTED, false }, { EINTR, false },  { EINVAL, true },
};

START_TEST(what_would_fail_again_at_once_is_rested_from_and_said_once)
{
    struct intake intake = { 0 };
    sigset_t waiting = begin();
    int64_t began_ms = clock_monotonic_ms();
    const char *said;

    command_output_begin();
    for (int i = 0; i < 3; i++)
        intake_failed(&intake, errors[_i].error, &waiting);
    intake_succeeded(&intake);
    intake_succeeded(&intake);
    command_output_end();
    said = strstr(command_output.err, "cannot take a connection, trying again");
    if (!errors[_i].rests) {
        ck_assert_str_eq(command_output.err, "");
        return;
    }
    ck_assert_int_ge(clock_monotonic_ms() - began_ms, 50 + 100 + 200 - 3);
    ck_assert_ptr_nonnull(said);
    ck_assert_ptr_null(strstr(said + 1, "cannot take"));
    said = strstr(said, "connections are taken again");
    ck_assert_ptr_nonnull(said);
    ck_assert_ptr_null(strstr(said + 1, "connections are"));
}
END_TEST

Suite *intake_suite(void)
{
    Suite *suite = suite_create("server/intake");
    TCase *tests = tcase_create("intake");

    tcase_add_test(tests, sigterm_is_seen_though_nobody_waits_for_it);
    tcase_add_test(tests, sigterm_ends_a_wait);
    tcase_add_loop_test(tests, what_would_fail_again_at_once_is_rested_from_and_said_once, 0,
                        sizeof(errors) / sizeof(errors[0]));
    suite_add_tcase(suite, tests);
    return suite;
}
