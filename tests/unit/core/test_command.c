/* core/command: a program runs with what it was given and nothing else, and not for ever. */
#include "core/command.h"

#include "core/clock.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *command_suite(void);

static char *run_script(struct arena *arena, const char *script, int64_t limit_ms)
{
    const char *const arguments[] = { "/bin/sh", "-c", script, "name", "a b", "$(id)", NULL };
    const struct command command = { .arguments = arguments,
                                     .output_max_bytes = 1000,
                                     .deadline_ms = clock_monotonic_ms() + limit_ms };

    return command_run(&command, arena);
}

static const struct {
    const char *script, *output; /* NULL: none is given */
} cases[] = {
    { "echo hello", "hello\n" },
    { "printf '%s|' \"$@\"", "a b|$(id)|" },
    { "env | sort | cut -d= -f1 | grep -v '^_' | tr '\\n' ' '", "LANG PATH PWD " },
    { "cat; echo end", "end\n" },
    { "echo error >&2", "" },
    { "ls /proc/self/fd | wc -l", "4\n" },
    { "kill -0 $PPID && exit 3", NULL },
    { "kill -9 $$", NULL },
    { "yes", NULL },
    { "yes | head -c 1001", NULL },
    { "head -c 1000 /dev/zero | tr '\\0' a | tail -c 5", "aaaaa" },
    { "exec /no/such/program", NULL },
};

START_TEST(a_program_gives_what_it_prints_or_nothing)
{
    struct arena *arena = arena_create(65536);

    setenv("RIGGER_LAUNCH_LAUNCH_SECRET", "secret", 1);
    ck_assert_pstr_eq(run_script(arena, cases[_i].script, 20000), cases[_i].output);
    arena_free(arena);
}
END_TEST

START_TEST(a_program_that_does_not_end_is_killed_with_its_children)
{
    struct arena *arena = arena_create(65536);

    ck_assert_ptr_null(run_script(arena, "sleep 1000 & sleep 1000", 200));
    ck_assert_ptr_null(run_script(arena, "exec >&-; sleep 1000", 200));
    arena_free(arena);
}
END_TEST

START_TEST(a_program_that_ends_too_late_gives_nothing)
{
    struct arena *arena = arena_create(65536);

    ck_assert_ptr_null(run_script(arena, "echo early; sleep 1; echo late", 100));
    arena_free(arena);
}
END_TEST

START_TEST(signals_blocked_here_are_not_blocked_there)
{
    struct arena *arena = arena_create(65536);
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    ck_assert_pstr_eq(run_script(arena, "grep SigBlk /proc/self/status | tr -dc 1-9", 20000), "");
    arena_free(arena);
}
END_TEST

Suite *command_suite(void)
{
    Suite *suite = suite_create("command");
    TCase *run_case = tcase_create("run");

    tcase_add_loop_test(run_case, a_program_gives_what_it_prints_or_nothing, 0, COUNT(cases));
    tcase_add_test(run_case, a_program_that_does_not_end_is_killed_with_its_children);
    tcase_add_test(run_case, a_program_that_ends_too_late_gives_nothing);
    tcase_add_test(run_case, signals_blocked_here_are_not_blocked_there);
    suite_add_tcase(suite, run_case);
    return suite;
}
