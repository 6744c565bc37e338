/* programs/desk and programs/ask: many questions at once, each with its own answer or none, and no program in
 * another's way. The desk of these tests is in a process of its own, as in the responder. */
#include "programs/ask.h"
#include "programs/desk.h"

#include "core/clock.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *desk_suite(void);

#define ASKERS 6

static char script_path[64], go_path[80], count_path[80], command[160];
static struct config config;
static int door[2];
static pid_t desk_pid;

/* The tool: what it does is the salt. */
static const char tool[] = "#!/bin/sh\n"
                           "echo $$ >> $0.count\n"
                           "case $1 in\n"
                           "  wait*) while [ ! -e $0.go ]; do sleep 0.01; done ;;\n"
                           "  fail*) exit 1 ;;\n"
                           "  dull*) echo nothing; exit 0 ;;\n"
                           "esac\n"
                           "echo RESULT:$1\n";

/* The kept one: one line for each; what it does is `code`. */
static const char kept_tool[] =
    "#!/bin/sh\n"
    "echo $$ >> $0.count\n"
    "while read -r line; do\n"
    "  id=${line#*'\"id\":\"'}; id=${id%%'\"'*}\n"
    "  case $line in\n"
    "    *'\"code\":\"garbage\"'*) echo '{\"id\":' ;;\n"
    "    *'\"code\":\"late\"'*) sleep 1000 ;;\n"
    "    *'\"code\":\"other\"'*) echo '{\"id\":\"00000000000000000000000000000000\"}' ;;\n"
    "    *'\"code\":\"twice\"'*) printf '{\"id\":\"%s\"}\\n{\"id\":\"%s\"}\\n' $id $id ;;\n"
    "    *'\"code\":\"die\"'*) exit 0 ;;\n"
    "    *'\"code\":\"wait\"'*) while [ ! -e $0.go ]; do sleep 0.01; done; echo '{\"id\":\"'$id'\"}' ;;\n"
    "    *) echo '{\"id\":\"'$id'\",\"pid\":'$$'}' ;;\n"
    "  esac\n"
    "done\n";

static void write_tool(const char *text)
{
    int fd = open(script_path, O_CREAT | O_WRONLY | O_TRUNC, 0700);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void set_up(void)
{
    snprintf(script_path, sizeof(script_path), "/tmp/rigger-desk-%ld", (long)getpid());
    snprintf(go_path, sizeof(go_path), "%s.go", script_path);
    snprintf(count_path, sizeof(count_path), "%s.count", script_path);
    snprintf(command, sizeof(command), "%s {salt}", script_path);
    write_tool(tool);
    memset(&config, 0, sizeof(config));
    config.attestation.environment_command = script_path;
    config.attestation.filesystem_command = command;
    config.attestation.environment_timeout_ms = 20000;
    config.attestation.filesystem_timeout_ms = 20000;
    config.attestation.program_memory_mb = 2048;
    config.attestation.programs_at_once = 2;
    signal(SIGPIPE, SIG_IGN);
    door[0] = door[1] = -1;
    desk_pid = 0;
}

static void start_desk(void)
{
    struct desk *desk;

    if (door[1] < 0)
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, door), 0);
    desk_pid = fork();
    ck_assert_int_ge(desk_pid, 0);
    if (desk_pid == 0) {
        close(door[1]);
        desk = desk_create(&config, door[0]);
        desk_serve(desk);
        desk_free(desk);
        _exit(0);
    }
    ask_through(door[1]);
}

static void tear_down(void)
{
    int state = 0;

    ask_through(-1);
    close(door[0]);
    close(door[1]);
    if (desk_pid > 0) {
        ck_assert_int_eq(waitpid(desk_pid, &state, 0), desk_pid);
        ck_assert_int_eq(state, 0);
    }
    unlink(script_path);
    unlink(go_path);
    unlink(count_path);
}

/* Asks; *answer is the caller's, "" where there is no verdict. */
static char *ask_within(enum question_kind kind, const char *what, int64_t limit_ms)
{
    struct question question = { .kind = kind, .deadline_ms = clock_monotonic_ms() + limit_ms };
    struct arena *arena = arena_create((size_t)1 << 20);
    char *answer;

    question.part[kind == QUESTION_FILESYSTEM ? FILESYSTEM_SALT : ENVIRONMENT_CODE] = what;
    answer = ask_program(&config, arena, &question);
    answer = strdup(answer != NULL ? answer : "");
    arena_free(arena);
    return answer;
}

static void check_answer(const char *what, const char *wanted)
{
    char *answer = ask_within(QUESTION_FILESYSTEM, what, 20000);

    ck_assert_str_eq(answer, wanted);
    free(answer);
}

/* The pid that a kept program told; 0: no verdict. */
static pid_t ask_kept(const char *what, int64_t limit_ms)
{
    char *answer = ask_within(QUESTION_ENVIRONMENT, what, limit_ms), *pid = strstr(answer, "\"pid\":");
    pid_t told = pid != NULL ? (pid_t)strtol(pid + 6, NULL, 10) : 0;

    free(answer);
    return told;
}

/* Another process that asks, and ends with 0 if the answer is the wanted one. */
static pid_t ask_aside(enum question_kind kind, const char *what, const char *wanted)
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        char *answer = ask_within(kind, what, 20000);

        _exit(strstr(answer, wanted) == NULL || (wanted[0] == '\0' && answer[0] != '\0'));
    }
    return pid;
}

static int end_of(pid_t pid)
{
    int state = -1;

    ck_assert_int_eq(waitpid(pid, &state, 0), pid);
    return state;
}

static size_t count_starts(void)
{
    FILE *file = fopen(count_path, "a+");
    size_t lines = 0;
    int byte;

    while ((byte = fgetc(file)) != EOF)
        lines += byte == '\n';
    fclose(file);
    return lines;
}

static void await_starts(size_t wanted)
{
    int64_t limit_ms = clock_monotonic_ms() + 20000;

    while (count_starts() < wanted && clock_pause(5, limit_ms))
        ;
    ck_assert_uint_ge(count_starts(), wanted);
}

START_TEST(an_answer_or_none_with_and_without_a_process_of_programs)
{
    if (_i == 0)
        start_desk();
    check_answer("abc", "abc");
    check_answer("fail", "");
    check_answer("dull", "");
}
END_TEST

START_TEST(the_same_is_not_asked_twice_but_what_failed_is)
{
    start_desk();
    check_answer("abc", "abc");
    check_answer("abc", "abc");
    ck_assert_uint_eq(count_starts(), 1);
    check_answer("fail", "");
    check_answer("fail", "");
    ck_assert_uint_eq(count_starts(), 3);
}
END_TEST

START_TEST(so_many_run_at_once_and_the_others_wait_for_their_turn)
{
    pid_t askers[ASKERS];
    char what[16];

    start_desk();
    for (int i = 0; i < ASKERS; i++) {
        snprintf(what, sizeof(what), "wait%d", i);
        askers[i] = ask_aside(QUESTION_FILESYSTEM, what, what);
    }
    await_starts(2);
    clock_sleep_ms(50);
    ck_assert_uint_eq(count_starts(), 2);
    close(open(go_path, O_CREAT | O_WRONLY, 0600));
    for (int i = 0; i < ASKERS; i++)
        ck_assert_int_eq(end_of(askers[i]), 0);
    ck_assert_uint_eq(count_starts(), ASKERS);
}
END_TEST

START_TEST(a_slow_program_is_in_nobody_s_way)
{
    pid_t slow;

    start_desk();
    slow = ask_aside(QUESTION_FILESYSTEM, "wait", "wait");
    await_starts(1);
    check_answer("quick", "quick");
    close(open(go_path, O_CREAT | O_WRONLY, 0600));
    ck_assert_int_eq(end_of(slow), 0);
}
END_TEST

START_TEST(who_does_not_wait_any_longer_takes_the_program_along)
{
    char *answer;

    config.attestation.programs_at_once = 1;
    start_desk();
    answer = ask_within(QUESTION_FILESYSTEM, "wait", 300);
    ck_assert_str_eq(answer, "");
    free(answer);
    check_answer("next", "next");
}
END_TEST

START_TEST(a_kept_program_stays_from_question_to_question)
{
    pid_t first;

    write_tool(kept_tool);
    config.attestation.environment_command_keep = true;
    start_desk();
    first = ask_kept("a", 20000);
    ck_assert_int_gt(first, 0);
    ck_assert_int_eq(ask_kept("b", 20000), first);
    ck_assert_uint_eq(count_starts(), 1);
}
END_TEST

/* Each of them costs its own question alone, and the next one meets another program. */
static const char *const harms[] = { "garbage", "other", "twice", "die", "late" };

START_TEST(a_kept_program_that_misbehaves_is_replaced)
{
    pid_t first;

    write_tool(kept_tool);
    config.attestation.environment_command_keep = true;
    start_desk();
    first = ask_kept("a", 20000);
    ck_assert_int_gt(first, 0);
    ck_assert_int_eq(ask_kept(harms[_i], strcmp(harms[_i], "late") == 0 ? 300 : 20000), 0);
    ck_assert_int_gt(ask_kept("b", 20000), 0);
    ck_assert_int_ne(ask_kept("c", 20000), first);
    ck_assert_uint_eq(count_starts(), 2);
}
END_TEST

START_TEST(a_kept_program_that_was_killed_is_replaced)
{
    pid_t first, second;

    write_tool(kept_tool);
    config.attestation.environment_command_keep = true;
    start_desk();
    first = ask_kept("a", 20000);
    ck_assert_int_gt(first, 0);
    kill(first, SIGKILL);
    /* The desk may learn of it only when it asks: then that question has no verdict. */
    second = ask_kept("b", 20000);
    if (second == 0)
        second = ask_kept("b", 20000);
    ck_assert_int_gt(second, 0);
    ck_assert_int_ne(second, first);
}
END_TEST

START_TEST(a_kept_program_that_is_busy_gets_company)
{
    pid_t slow;

    write_tool(kept_tool);
    config.attestation.environment_command_keep = true;
    start_desk();
    slow = ask_aside(QUESTION_ENVIRONMENT, "wait", "id");
    await_starts(1);
    ck_assert_int_gt(ask_kept("a", 20000), 0);
    close(open(go_path, O_CREAT | O_WRONLY, 0600));
    ck_assert_int_eq(end_of(slow), 0);
    ck_assert_uint_eq(count_starts(), 2);
}
END_TEST

START_TEST(if_the_process_of_programs_dies_there_is_no_verdict_and_the_next_one_serves_on)
{
    pid_t asker, late;

    start_desk();
    asker = ask_aside(QUESTION_FILESYSTEM, "wait", "");
    await_starts(1);
    kill(desk_pid, SIGKILL);
    ck_assert_int_eq(end_of(asker), 0);
    ck_assert(WIFSIGNALED(end_of(desk_pid)));
    late = ask_aside(QUESTION_FILESYSTEM, "late", "late");
    start_desk();
    ck_assert_int_eq(end_of(late), 0);
}
END_TEST

START_TEST(a_stranger_at_the_door_harms_nobody)
{
    char large[4096];
    int stream[2];

    start_desk();
    ck_assert_int_eq(send(door[1], "?", 1, 0), 1);
    memset(large, 0xff, sizeof(large));
    for (int i = 0; i < 2; i++) {
        struct cmsghdr *header;
        char control[CMSG_SPACE(sizeof(int))] = { 0 };
        struct iovec bytes = { .iov_base = large, .iov_len = 1 };
        struct msghdr message = {
            .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
        };

        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, stream), 0);
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &stream[1], sizeof(int));
        ck_assert_int_eq(sendmsg(door[1], &message, 0), 1);
        close(stream[1]);
        if (i == 0) {
            ck_assert_int_gt(send(stream[0], large, sizeof(large), MSG_NOSIGNAL), 0);
            ck_assert_int_le(recv(stream[0], large, sizeof(large), 0), 0);
        }
        close(stream[0]);
    }
    check_answer("abc", "abc");
}
END_TEST

Suite *desk_suite(void)
{
    Suite *suite = suite_create("programs/desk");
    TCase *once = tcase_create("once"), *kept = tcase_create("kept");

    tcase_set_tags(once, "native");
    tcase_set_tags(kept, "native");
    tcase_add_checked_fixture(once, set_up, tear_down);
    tcase_add_loop_test(once, an_answer_or_none_with_and_without_a_process_of_programs, 0, 2);
    tcase_add_test(once, the_same_is_not_asked_twice_but_what_failed_is);
    tcase_add_test(once, so_many_run_at_once_and_the_others_wait_for_their_turn);
    tcase_add_test(once, a_slow_program_is_in_nobody_s_way);
    tcase_add_test(once, who_does_not_wait_any_longer_takes_the_program_along);
    tcase_add_test(once, if_the_process_of_programs_dies_there_is_no_verdict_and_the_next_one_serves_on);
    tcase_add_test(once, a_stranger_at_the_door_harms_nobody);
    suite_add_tcase(suite, once);
    tcase_add_checked_fixture(kept, set_up, tear_down);
    tcase_add_test(kept, a_kept_program_stays_from_question_to_question);
    tcase_add_loop_test(kept, a_kept_program_that_misbehaves_is_replaced, 0, 5);
    tcase_add_test(kept, a_kept_program_that_was_killed_is_replaced);
    tcase_add_test(kept, a_kept_program_that_is_busy_gets_company);
    suite_add_tcase(suite, kept);
    return suite;
}
