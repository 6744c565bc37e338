/* confine/confine: a process that confines itself tries what it gave up. Each attempt is made in a process of
 * its own, whose exit code is the errno that it met. */
#include "check/confined.h"
#include "confine/confine.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

Suite *confine_suite(void);

static int run_a_program(void)
{
    char *const words[] = { "/bin/true", NULL };

    return confined_failure(execve(words[0], words, words + 1));
}

static int make_a_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return confined_failure(pid);
}

static void *rest(void *argument)
{
    return argument;
}

static int make_a_thread(void)
{
    pthread_t thread;
    int error = pthread_create(&thread, NULL, rest, NULL);

    return error == 0 ? pthread_join(thread, NULL) : error;
}

static int trace_the_parent(void)
{
    return confined_failure(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int read_the_parent_s_memory(void)
{
    struct iovec here = { confined_said, 1 }, there = { confined_said, 1 };

    return confined_failure(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}

static int speak_ipv4(void)
{
    return confined_failure(socket(AF_INET, SOCK_STREAM, 0));
}

static int speak_ipv6(void)
{
    return confined_failure(socket(AF_INET6, SOCK_DGRAM, 0));
}

static int speak_unix(void)
{
    return confined_failure(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int make_a_file(void)
{
    return confined_failure(open("/tmp/rigger-confined", O_WRONLY | O_CREAT, 0600));
}

static int write_a_file(void)
{
    return confined_failure(open("/dev/null", O_WRONLY));
}

static int remove_a_file(void)
{
    return confined_failure(unlink("/tmp/rigger-no-such-file"));
}

static int change_a_mode(void)
{
    return confined_failure(chmod("/tmp/rigger-no-such-file", 0777));
}

static int stop_the_parent(void)
{
    return confined_failure(kill(getppid(), SIGCONT));
}

static int call_the_master(void)
{
    return confined_failure(kill(getppid(), SIGUSR1));
}

static int become_another(void)
{
    return confined_failure(setuid(65534));
}

static int leave_the_network(void)
{
    return confined_failure(unshare(CLONE_NEWNET));
}

static int leave_the_root(void)
{
    return confined_failure(chroot("/"));
}

static int listen_to_others(void)
{
    int ends[2];

    return confined_failure(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? listen(ends[0], 1) : 0);
}

static const struct {
    const char *name;
    int (*attempt)(void);
} attempts[] = {
    { "execve", run_a_program },
    { NULL, make_a_process },
    { NULL, make_a_thread },
    { "ptrace", trace_the_parent },
    { "process_vm_readv", read_the_parent_s_memory },
    { "socket", speak_ipv4 },
    { "socket", speak_ipv6 },
    { "openat", make_a_file },
    { "openat", write_a_file },
    { NULL, remove_a_file },
    { NULL, change_a_mode },
    { "kill", stop_the_parent },
    { "kill", call_the_master },
    { "setuid", become_another },
    { "unshare", leave_the_network },
    { "chroot", leave_the_root },
    { "listen", listen_to_others },
};

/* name: of the system call that the log tells; NULL: none, or it differs between machines. */
START_TEST(a_fast_worker_cannot)
{
    ck_assert_int_eq(confined_attempt(ROLE_FAST, attempts[_i].attempt), EPERM);
    if (attempts[_i].name != NULL) {
        char told[64];

        snprintf(told, sizeof(told), "the system call %s (", attempts[_i].name);
        ck_assert_msg(strstr(confined_said, told) != NULL, "%s: %s", told, confined_said);
    }
}
END_TEST

START_TEST(without_confinement_each_attempt_meets_no_such_refusal)
{
    confined_config.server.confine = false;
    ck_assert_int_eq(confined_attempt(ROLE_FAST, run_a_program), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, make_a_process), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, make_a_thread), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, speak_ipv4), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, write_a_file), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, stop_the_parent), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, remove_a_file), ENOENT);
    ck_assert_str_eq(confined_said, "");
}
END_TEST

START_TEST(a_fast_worker_has_the_internet_only_where_its_database_or_its_redis_is_there)
{
    ck_assert_int_eq(confined_attempt(ROLE_FAST, speak_unix), 0);
    confined_config.database.dsn = "host=/run/postgresql,db.example";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, speak_ipv4), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, run_a_program), EPERM);
    confined_config.database.dsn = "dbname=rigger";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, speak_ipv4), EPERM);
    confined_config.capacity.redis_url = "unix:/run/redis";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, speak_ipv4), EPERM);
    confined_config.capacity.redis_url = "redis://localhost:1";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, speak_ipv4), 0);
}
END_TEST

static const enum role waiting[] = { ROLE_SLOW, ROLE_VERIFIER, ROLE_ALONE };

START_TEST(what_waits_for_networks_has_them_and_no_programs)
{
    ck_assert_int_eq(confined_attempt(waiting[_i], speak_ipv4), 0);
    ck_assert_int_eq(confined_attempt(waiting[_i], make_a_thread), 0);
    ck_assert_int_eq(confined_attempt(waiting[_i], run_a_program), EPERM);
    ck_assert_int_eq(confined_attempt(waiting[_i], make_a_process), EPERM);
    ck_assert_int_eq(confined_attempt(waiting[_i], trace_the_parent), EPERM);
    ck_assert_int_eq(confined_attempt(waiting[_i], make_a_file), EPERM);
    ck_assert_int_eq(confined_attempt(waiting[_i], stop_the_parent), EPERM);
}
END_TEST

START_TEST(a_slow_worker_may_ask_its_master_for_a_successor)
{
    signal(SIGUSR1, SIG_IGN);
    ck_assert_int_eq(confined_attempt(ROLE_SLOW, call_the_master), 0);
    ck_assert_int_eq(confined_attempt(ROLE_VERIFIER, call_the_master), EPERM);
    ck_assert_int_eq(confined_attempt(ROLE_BACKGROUND, call_the_master), EPERM);
}
END_TEST

START_TEST(the_process_of_programs_runs_them_and_they_look_into_no_other_process)
{
    ck_assert_int_eq(confined_attempt(ROLE_PROGRAMS, run_a_program), 0);
    ck_assert_int_eq(confined_attempt(ROLE_PROGRAMS, make_a_process), 0);
    ck_assert_int_eq(confined_attempt(ROLE_PROGRAMS, trace_the_parent), EPERM);
    ck_assert_int_eq(confined_attempt(ROLE_PROGRAMS, read_the_parent_s_memory), EPERM);
    confined_config.attestation.environment_command = "/bin/true";
    ck_assert_int_eq(confined_attempt(ROLE_ALONE, run_a_program), 0);
    ck_assert_int_eq(confined_attempt(ROLE_SLOW, run_a_program), EPERM);
}
END_TEST

static int try_twice(void)
{
    return run_a_program() == EPERM && run_a_program() == EPERM && speak_ipv4() == EPERM ? 0 : 1;
}

START_TEST(a_refused_call_is_told_once_by_its_name)
{
    const char *told;

    ck_assert_int_eq(confined_attempt(ROLE_FAST, try_twice), 0);
    told = strstr(confined_said, "the system call execve (");
    ck_assert_ptr_nonnull(told);
    ck_assert_ptr_null(strstr(told + 1, "the system call execve ("));
    ck_assert_ptr_nonnull(strstr(confined_said, "the system call socket ("));
}
END_TEST

static int no_new_privileges(void)
{
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : errno;
}

START_TEST(no_process_gains_privileges_by_a_program)
{
    ck_assert_int_eq(confined_attempt(ROLE_PROGRAMS, no_new_privileges), 0);
}
END_TEST

Suite *confine_suite(void)
{
    Suite *suite = suite_create("confine");
    TCase *tcase = tcase_create("attempts");

    suite_add_tcase(suite, tcase);
    if (!confine_is_built()) {
        puts("confine: not tested, this build cannot confine");
        return suite;
    }
    tcase_set_tags(tcase, "native");
    tcase_add_loop_test(tcase, a_fast_worker_cannot, 0, (int)(sizeof(attempts) / sizeof(attempts[0])));
    tcase_add_test(tcase, without_confinement_each_attempt_meets_no_such_refusal);
    tcase_add_test(tcase, a_fast_worker_has_the_internet_only_where_its_database_or_its_redis_is_there);
    tcase_add_loop_test(tcase, what_waits_for_networks_has_them_and_no_programs, 0,
                        (int)(sizeof(waiting) / sizeof(waiting[0])));
    tcase_add_test(tcase, a_slow_worker_may_ask_its_master_for_a_successor);
    tcase_add_test(tcase, the_process_of_programs_runs_them_and_they_look_into_no_other_process);
    tcase_add_test(tcase, a_refused_call_is_told_once_by_its_name);
    tcase_add_test(tcase, no_process_gains_privileges_by_a_program);
    return suite;
}
