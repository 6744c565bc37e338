/* programs/program: a program runs with what it was given and nothing else, not for ever, and only what it
 * was asked for counts. */
#include "programs/program.h"

#include "core/clock.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *program_suite(void);

static char script_path[64], go_path[80], command[128];
static struct config config;
static struct program program;

static void set_up(void)
{
    snprintf(script_path, sizeof(script_path), "/tmp/rigger-program-%ld", (long)getpid());
    snprintf(command, sizeof(command), "/bin/sh %s {salt} {image_id}", script_path);
    memset(&config, 0, sizeof(config));
    config.attestation.environment_command = command;
    config.attestation.filesystem_command = command;
    config.attestation.environment_timeout_ms = 20000;
    config.attestation.filesystem_timeout_ms = 20000;
    config.attestation.program_memory_mb = 2048;
    signal(SIGPIPE, SIG_IGN);
}

static void tear_down(void)
{
    unlink(script_path);
}

static void write_script(const char *script)
{
    FILE *file = fopen(script_path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(script, file);
    ck_assert_int_eq(fclose(file), 0);
}

static const struct question filesystem = { .kind = QUESTION_FILESYSTEM,
                                            .part = { "$(id)", "", "a b", "" },
                                            .deadline_ms = INT64_MAX };
static const struct question environment = { .kind = QUESTION_ENVIRONMENT,
                                             .part = { "ENV", "CODE", "KEY", "" },
                                             .deadline_ms = INT64_MAX };

static enum program_state turn(void)
{
    struct pollfd descriptors[PROGRAM_DESCRIPTORS];
    int64_t left_ms = program.asked ? clock_remaining_ms(program.deadline_ms) : 1000;

    program_watch(&program, descriptors);
    poll(descriptors, PROGRAM_DESCRIPTORS, (int)left_ms);
    return program_turn(&program, descriptors, clock_monotonic_ms());
}

static enum program_state converse(void)
{
    enum program_state state = PROGRAM_WORKS;
    int64_t limit_ms = clock_monotonic_ms() + 30000;

    while (state == PROGRAM_WORKS && clock_remaining_ms(limit_ms) > 0)
        state = turn();
    ck_assert_int_ne(state, PROGRAM_WORKS);
    return state;
}

static void finish(void)
{
    while (!program_end(&program) && !child_is_gone(&program.child))
        clock_sleep_ms(1);
}

static void run(const struct question *question, const char *script, size_t output_max)
{
    write_script(script);
    ck_assert(program_start(&program, question, &config));
    if (output_max > 0)
        program.output_max = output_max;
    program_ask(&program, question, &config);
}

static const struct {
    const char *script, *output; /* NULL: none is given */
} cases[] = {
    { "echo hello", "hello\n" },
    { "printf '%s|' \"$@\"", "a b|$(id)|" },
    { "env | sort | cut -d= -f1 | grep -v '^_' | tr '\\n' ' '", "LANG PATH PWD " },
    { "cat; echo end", "end\n" },
    { "echo error >&2", "" },
    { "pwd", "/\n" },
    { "ls /proc/self/fd | wc -l", "4\n" },
    { "grep SigBlk /proc/self/status | tr -dc 1-9", "" },
    { "ulimit -c; ulimit -n", "0\n1024\n" },
    { "kill -0 $PPID && exit 3", NULL },
    { "kill -9 $$", NULL },
    { "yes", NULL },
    { "yes | head -c 1001", NULL },
    { "head -c 1000 /dev/zero | tr '\\0' a | tail -c 5", "aaaaa" },
    { "exec /no/such/program", NULL },
};

START_TEST(a_program_gives_what_it_prints_or_nothing)
{
    sigset_t all;

    setenv("RIGGER_LAUNCH_LAUNCH_SECRET", "secret", 1);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    run(&filesystem, cases[_i].script, 1000);
    if (cases[_i].output == NULL) {
        ck_assert_int_eq(converse(), PROGRAM_WRONG);
    } else {
        ck_assert_int_eq(converse(), PROGRAM_DONE);
        ck_assert_str_eq(program.output.data, cases[_i].output);
    }
    finish();
}
END_TEST

/* The memory is counted, so that no small machine has to give it. */
START_TEST(a_program_has_so_much_memory_and_no_more)
{
    config.attestation.program_memory_mb = 16;
    run(&filesystem, "head -c 64M /dev/zero | tail -c 64M | wc -c", 0);
    if (converse() == PROGRAM_DONE)
        ck_assert_str_eq(program.output.data, "0\n");
    finish();
    config.attestation.program_memory_mb = 2048;
    run(&filesystem, "head -c 64M /dev/zero | tail -c 64M | wc -c", 0);
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    ck_assert_str_eq(program.output.data, "67108864\n");
    finish();
}
END_TEST

static bool is_alive(pid_t pid)
{
    return kill(pid, 0) == 0;
}

static void await_death(pid_t pid)
{
    int64_t limit_ms = clock_monotonic_ms() + 20000;

    while (is_alive(pid) && clock_pause(5, limit_ms))
        ;
    ck_assert(!is_alive(pid) || getppid() == 1);
}

START_TEST(a_program_that_does_not_end_is_killed_in_time_with_its_children)
{
    static const char *const scripts[] = { "trap '' TERM; sleep 1000 & echo $!; sleep 1000",
                                           "sleep 1000 & echo $!; exec >&-; sleep 1000",
                                           "sleep 1000 & echo $!; while :; do :; done" };
    pid_t grandchild;

    config.attestation.filesystem_timeout_ms = 500;
    run(&filesystem, scripts[_i], 0);
    ck_assert_int_eq(converse(), PROGRAM_WRONG);
    ck_assert_str_eq(program.wrong, "was not done in time");
    grandchild = (pid_t)strtol(program.output.data, NULL, 10);
    ck_assert_int_gt(grandchild, 1);
    finish();
    await_death(grandchild);
}
END_TEST

START_TEST(a_grandchild_that_holds_the_pipe_holds_nobody_up)
{
    pid_t grandchild;

    run(&filesystem, "sleep 1000 & echo $!", 0);
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    grandchild = (pid_t)strtol(program.output.data, NULL, 10);
    ck_assert_int_gt(grandchild, 1);
    finish();
    await_death(grandchild);
}
END_TEST

START_TEST(nobody_waits_longer_than_the_question_s_own_limit)
{
    struct question hurried = filesystem;

    hurried.deadline_ms = clock_monotonic_ms() + 100;
    run(&hurried, "sleep 1000", 0);
    ck_assert_int_le(program.deadline_ms, hurried.deadline_ms);
    ck_assert_int_eq(converse(), PROGRAM_WRONG);
    finish();
}
END_TEST

START_TEST(a_question_is_one_line_and_its_end)
{
    char wanted[256];

    run(&environment, "cat", 0);
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    snprintf(wanted, sizeof(wanted),
             "{\"id\":\"%s\",\"env\":\"ENV\",\"code\":\"CODE\",\"env_key\":\"KEY\"}\n", program.id);
    ck_assert_str_eq(program.output.data, wanted);
    finish();
}
END_TEST

START_TEST(a_long_question_is_read_as_fast_as_the_program_likes_and_answered)
{
    struct question large = environment;
    char *text = calloc(1, 3000001);

    memset(text, 'e', 3000000);
    large.part[ENVIRONMENT_ENV] = text;
    config.server.claim_body_max_bytes = 4000000;
    run(&large, "cat", 0);
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    ck_assert_uint_gt(program.output.length, 3000000);
    finish();
    run(&large, "echo unread", 0);
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    ck_assert_str_eq(program.output.data, "unread\n");
    finish();
    free(text);
}
END_TEST

static void ask_again(void)
{
    program_rest(&program);
    program_ask(&program, &environment, &config);
}

START_TEST(a_kept_program_is_asked_line_by_line)
{
    char first[QUESTION_ID_BYTES];
    pid_t pid;

    config.attestation.environment_command_keep = true;
    run(&environment, "while read -r line; do echo \"$$ $line\"; done", 0);
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    pid = (pid_t)strtol(program.output.data, NULL, 10);
    ck_assert_int_eq(pid, program.child.pid);
    ck_assert_ptr_nonnull(strstr(program.output.data, program.id));
    memcpy(first, program.id, sizeof(first));
    ask_again();
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    ck_assert_int_eq((pid_t)strtol(program.output.data, NULL, 10), pid);
    ck_assert_ptr_nonnull(strstr(program.output.data, program.id));
    ck_assert_ptr_null(strstr(program.output.data, first));
    finish();
}
END_TEST

#define ENDED "was to be kept running, and has ended or closed its output"

static const struct {
    const char *script, *wrong;
} unfit[] = {
    { "read -r line; echo one; exec sleep 1000", NULL },
    { "read -r line; printf half; exec sleep 1000", "was not done in time" },
    { "read -r line; printf half", ENDED },
    { "read -r line; exit 0", ENDED },
    { "read -r line; exec >&-; exec sleep 1000", ENDED },
    { "read -r line; printf 'one\\ntwo\\n'; exec sleep 1000", "printed more than one line for a question" },
    { "read -r line; printf 'one\\ntwo'; exec sleep 1000", "printed more than one line for a question" },
    { "yes | tr -d '\\n'", "printed too much" },
};

START_TEST(a_kept_program_that_says_no_line_is_of_no_use)
{
    config.attestation.environment_command_keep = true;
    if (unfit[_i].wrong != NULL && strcmp(unfit[_i].wrong, "was not done in time") == 0)
        config.attestation.environment_timeout_ms = 300;
    run(&environment, unfit[_i].script, 100000);
    ck_assert_int_eq(converse(), unfit[_i].wrong == NULL ? PROGRAM_DONE : PROGRAM_WRONG);
    ck_assert_pstr_eq(program.wrong, unfit[_i].wrong);
    finish();
}
END_TEST

START_TEST(what_a_kept_program_says_between_questions_makes_it_useless)
{
    config.attestation.environment_command_keep = true;
    run(&environment,
        "read -r line; echo one; while [ ! -e $0.go ]; do sleep 0.01; done; echo two; sleep 1000", 0);
    ck_assert_int_eq(converse(), PROGRAM_DONE);
    program_rest(&program);
    snprintf(go_path, sizeof(go_path), "%s.go", script_path);
    close(open(go_path, O_CREAT | O_WRONLY, 0600));
    ck_assert_int_eq(converse(), PROGRAM_WRONG);
    ck_assert_str_eq(program.wrong, "spoke without being asked");
    finish();
    unlink(go_path);
}
END_TEST

Suite *program_suite(void)
{
    Suite *suite = suite_create("programs/program");
    TCase *once = tcase_create("once"), *kept = tcase_create("kept");

    tcase_set_tags(once, "native");
    tcase_set_tags(kept, "native");
    tcase_add_checked_fixture(once, set_up, tear_down);
    tcase_add_loop_test(once, a_program_gives_what_it_prints_or_nothing, 0, COUNT(cases));
    tcase_add_test(once, a_program_has_so_much_memory_and_no_more);
    tcase_add_loop_test(once, a_program_that_does_not_end_is_killed_in_time_with_its_children, 0, 3);
    tcase_add_test(once, a_grandchild_that_holds_the_pipe_holds_nobody_up);
    tcase_add_test(once, nobody_waits_longer_than_the_question_s_own_limit);
    tcase_add_test(once, a_question_is_one_line_and_its_end);
    tcase_add_test(once, a_long_question_is_read_as_fast_as_the_program_likes_and_answered);
    suite_add_tcase(suite, once);
    tcase_add_checked_fixture(kept, set_up, tear_down);
    tcase_add_test(kept, a_kept_program_is_asked_line_by_line);
    tcase_add_loop_test(kept, a_kept_program_that_says_no_line_is_of_no_use, 0, COUNT(unfit));
    tcase_add_test(kept, what_a_kept_program_says_between_questions_makes_it_useless);
    suite_add_tcase(suite, kept);
    return suite;
}
