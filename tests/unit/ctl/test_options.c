/* ctl/database: the options that commands share, and a database that is not there. */
#include "ctl/ctl.h"

#include "check/command_output.h"

#include <check.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *ctl_options_suite(void);

static struct ctl_options options;
static const char *allowed;

static int read_options(int argc, char **argv)
{
    return ctl_options_read(&options, allowed, argc, argv) ? EXIT_SUCCESS : CTL_USAGE;
}

START_TEST(all_options_are_read_and_arguments_are_left)
{
    allowed = "cmnfl";
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", "first", "--dsn", "d", "--json", "--chute", "c",
                                 "--miner", "m", "--count", "7"),
                     EXIT_SUCCESS);
    ck_assert_str_eq(options.dsn, "d");
    ck_assert_ptr_null(options.config_path);
    ck_assert(options.json && !options.follow && !options.lift);
    ck_assert_str_eq(options.chute, "c");
    ck_assert_str_eq(options.miner, "m");
    ck_assert_int_eq(options.count, 7);
    ck_assert_int_eq(options.argument_count, 1);
    ck_assert_str_eq(options.arguments[0], "first");
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", "--follow", "--lift", "--config", "f", "--", "--json"),
                     EXIT_SUCCESS);
    ck_assert(options.follow && options.lift && !options.json);
    ck_assert_str_eq(options.config_path, "f");
    ck_assert_str_eq(options.arguments[0], "--json");
}
END_TEST

static const char *const counts[] = { "0", "-1", "10001", "1x", "", "x", " ", "99999999999999999999" };

START_TEST(a_count_is_a_number_in_its_limits)
{
    allowed = "n";
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", "--count", counts[_i]), CTL_USAGE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "riggerctl show: --count takes a number"));
}
END_TEST

static const char *const waits[] = { "-1", "3601", "1x", "", "x", "99999999999999999999" };

START_TEST(a_wait_is_a_number_of_seconds)
{
    allowed = "w";
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", "--wait", "0"), EXIT_SUCCESS);
    ck_assert_int_eq(options.wait_s, 0);
    ck_assert_int_eq(COMMAND_RUN(read_options, "show"), EXIT_SUCCESS);
    ck_assert_int_eq(options.wait_s, -1);
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", "--wait", waits[_i]), CTL_USAGE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "riggerctl show: --wait takes a number"));
}
END_TEST

static const char *const numbers[][2] = { { "--seconds", "0" },     { "--seconds", "3601" },
                                          { "--seconds", "1.5" },   { "--limit", "0" },
                                          { "--limit", "1000001" }, { "--limit", "x" },
                                          { "--iterations", "0" },  { "--iterations", "1000001" },
                                          { "--iterations", "" } };

START_TEST(numbers_of_calibrate_have_bounds_that_are_said)
{
    allowed = "sLk";
    ck_assert_int_eq(
        COMMAND_RUN(read_options, "show", "--seconds", "3600", "--limit", "7", "--iterations", "5"),
        EXIT_SUCCESS);
    ck_assert_int_eq(options.seconds, 3600);
    ck_assert_int_eq(options.limit_s, 7);
    ck_assert_int_eq(options.iterations, 5);
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", numbers[_i][0], numbers[_i][1]), CTL_USAGE);
    ck_assert_ptr_nonnull(strstr(command_output.err, numbers[_i][0]));
    ck_assert_ptr_nonnull(strstr(command_output.err, " takes a number"));
    ck_assert_ptr_nonnull(strstr(command_output.err, " from 1 to "));
}
END_TEST

static const char *const others[][2] = { { "--chute", "x" },   { "--miner", "x" }, { "--count", "1" },
                                         { "--follow", NULL }, { "--lift", NULL }, { "--wait", "1" },
                                         { "--seconds", "1" }, { "--limit", "1" }, { "--iterations", "1" } };

START_TEST(an_option_of_another_command_is_refused)
{
    allowed = "";
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", others[_i][0], others[_i][1]), CTL_USAGE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "riggerctl show: takes no such option"));
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", "--nothing"), CTL_USAGE);
    ck_assert_int_eq(COMMAND_RUN(read_options, "show", "--dsn"), CTL_USAGE);
}
END_TEST

/* Every command with arguments that it does not take: nothing is asked of a database. */
static const struct {
    int (*run)(int argc, char **argv);
    const char *arguments[6];
} misuses[] = {
    { ctl_status, { "status", "x" } },
    { ctl_reap, { "reap", "x" } },
    { ctl_chutes, { "chutes", "a", "b" } },
    { ctl_instances, { "instances", "a" } },
    { ctl_instances, { "instances", "--follow" } },
    { ctl_miners, { "miners", "a", "b" } },
    { ctl_stuck, { "stuck", "a" } },
    { ctl_events, { "events" } },
    { ctl_events, { "events", "head" } },
    { ctl_events, { "events", "tail", "x" } },
    { ctl_target, { "target", "a" } },
    { ctl_target, { "target", "a", "x" } },
    { ctl_target, { "target", "a", "" } },
    { ctl_target, { "target", "--", "a", "-1" } },
    { ctl_target, { "target", "a", "1000001" } },
    { ctl_target, { "target", "a", "1x" } },
    { ctl_blacklist, { "blacklist", "a" } },
    { ctl_blacklist, { "blacklist", "a", "" } },
    { ctl_blacklist, { "blacklist", "--lift", "a", "b" } },
    { ctl_blacklist, { "blacklist", "--lift" } },
    { ctl_evict, { "evict", "a" } },
    { ctl_evict, { "evict", "a", "" } },
    { ctl_limits, { "limits", "a" } },
    { ctl_limits, { "limits", "a", "" } },
    { ctl_limits, { "limits", "a", "x" } },
    { ctl_limits, { "limits", "a", "1x" } },
    { ctl_limits, { "limits", "a", "." } },
    { ctl_limits, { "limits", "--", "a", "-1" } },
    { ctl_limits, { "limits", "a", "1", "2" } },
    { ctl_requeue, { "requeue" } },
    { ctl_requeue, { "requeue", "a", "b" } },
    { ctl_calibrate, { "calibrate", "a" } },
    { ctl_calibrate, { "calibrate", "--limit", "0" } },
    { ctl_calibrate, { "calibrate", "--iterations", "2" } },
    { ctl_calibrate, { "calibrate", "--limit", "1", "--dsn", "x" } },
    { ctl_calibrate, { "calibrate", "--limit", "1", "--config", "x" } },
};

START_TEST(wrong_use_is_said_before_a_database_is_asked)
{
    ck_assert_int_eq(command_output_run(misuses[_i].run, misuses[_i].arguments, NULL), CTL_USAGE);
    ck_assert_msg(strncmp(command_output.err, "riggerctl ", 10) == 0, "%s", command_output.err);
    ck_assert_str_eq(command_output.out, "");
}
END_TEST

START_TEST(without_a_database_a_command_fails)
{
    ck_assert_int_eq(COMMAND_RUN(ctl_stuck, "stuck", "--dsn", "host=/nowhere/at/all dbname=x"), EXIT_FAILURE);
    ck_assert_str_eq(command_output.out, "");
    ck_assert_str_ne(command_output.err, "");
    ck_assert_int_eq(COMMAND_RUN(ctl_stuck, "stuck", "--config", "/nowhere/at/all"), EXIT_FAILURE);
    ck_assert_str_ne(command_output.err, "");
}
END_TEST

static const struct {
    const char *text;
    int padded;
    const char *printed;
} texts[] = {
    { "abc", 0, "abc" },
    { "abc", 5, "abc  " },
    { "abc", 2, "abc" },
    { "", 2, "  " },
    { "\xc3\xa9\xe2\x98\x83", 3, "\xc3\xa9\xe2\x98\x83 " },
    { "a\x1b[2Jb\n\t\x7f", 0, "a?[2Jb???" },
};

START_TEST(text_is_padded_and_cannot_steer_the_terminal)
{
    command_output_begin();
    ctl_print_text(texts[_i].text, texts[_i].padded);
    command_output_end();
    ck_assert_str_eq(command_output.out, texts[_i].printed);
}
END_TEST

Suite *ctl_options_suite(void)
{
    Suite *suite = suite_create("ctl/options");
    TCase *tests = tcase_create("options");

    tcase_add_test(tests, all_options_are_read_and_arguments_are_left);
    tcase_add_loop_test(tests, a_count_is_a_number_in_its_limits, 0, COUNT(counts));
    tcase_add_loop_test(tests, a_wait_is_a_number_of_seconds, 0, COUNT(waits));
    tcase_add_loop_test(tests, numbers_of_calibrate_have_bounds_that_are_said, 0, COUNT(numbers));
    tcase_add_loop_test(tests, an_option_of_another_command_is_refused, 0, COUNT(others));
    tcase_add_loop_test(tests, wrong_use_is_said_before_a_database_is_asked, 0, COUNT(misuses));
    tcase_add_test(tests, without_a_database_a_command_fails);
    tcase_add_loop_test(tests, text_is_padded_and_cannot_steer_the_terminal, 0, COUNT(texts));
    suite_add_tcase(suite, tests);
    return suite;
}
