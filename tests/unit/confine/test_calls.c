/* confine/calls: the filters themselves, read as the kernel reads them, for this machine and for others. */
#include "confine/calls.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRAM_MAX 2048
#define SELF        4242
#define MASTER      4241

Suite *confine_calls_suite(void);

static const struct {
    uint32_t seccomp, audit;
} machines[] = { { SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64 }, { SCMP_ARCH_AARCH64, AUDIT_ARCH_AARCH64 } };

static struct sock_filter program[PROGRAM_MAX];

static void load(const struct calls_rules *rules, uint32_t architecture)
{
    scmp_filter_ctx filter = calls_filter(rules, architecture);
    int file = memfd_create("filter", 0);
    ssize_t length;

    ck_assert_ptr_nonnull(filter);
    ck_assert_int_eq(seccomp_export_bpf(filter, file), 0);
    seccomp_release(filter);
    length = pread(file, program, sizeof(program), 0);
    ck_assert_int_gt(length, 0);
    ck_assert_int_lt(length, (ssize_t)sizeof(program));
    close(file);
}

static uint32_t word_at(const struct seccomp_data *data, uint32_t offset)
{
    uint32_t word;

    ck_assert_uint_le(offset + sizeof(word), sizeof(*data));
    memcpy(&word, (const char *)data + offset, sizeof(word));
    return word;
}

/* What the loaded filter says to a call. */
static uint32_t run(const struct seccomp_data *data)
{
    uint32_t accumulator = 0;

    for (size_t at = 0; at < PROGRAM_MAX; at++) {
        const struct sock_filter *step = &program[at];
        bool holds = false;

        switch (step->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            accumulator = word_at(data, step->k);
            continue;
        case BPF_ALU | BPF_AND | BPF_K:
            accumulator &= step->k;
            continue;
        case BPF_RET | BPF_K:
            return step->k;
        case BPF_JMP | BPF_JA:
            at += step->k;
            continue;
        case BPF_JMP | BPF_JEQ | BPF_K:
            holds = accumulator == step->k;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            holds = accumulator > step->k;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            holds = accumulator >= step->k;
            break;
        default:
            ck_abort_msg("a filter with code %x", step->code);
        }
        at += holds ? step->jt : step->jf;
    }
    ck_abort_msg("a filter without an end");
}

static uint32_t ask(int machine, const char *name, uint64_t first, uint64_t second, uint64_t third)
{
    int number = seccomp_syscall_resolve_name_arch(machines[machine].seccomp, name);
    struct seccomp_data data = { .nr = number,
                                 .arch = machines[machine].audit,
                                 .args = { first, second, third } };

    ck_assert_msg(number >= 0, "there is no call %s", name);
    return run(&data);
}

#define ALLOWED SECCOMP_RET_ALLOW
#define TOLD    SECCOMP_RET_TRAP
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

START_TEST(a_process_with_the_database_alone_has_no_internet_no_process_and_no_file_to_write)
{
    const struct calls_rules rules = { .serves = true, .self = SELF };

    load(&rules, machines[_i].seccomp);
    ck_assert_uint_eq(ask(_i, "read", 0, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "ppoll", 0, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "accept4", 0, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "socket", AF_UNIX, SOCK_STREAM, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "socket", AF_INET, SOCK_STREAM, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "socket", AF_INET6, SOCK_DGRAM, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "socket", AF_NETLINK, SOCK_RAW, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "socket", AF_PACKET, SOCK_RAW, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "openat", (uint64_t)AT_FDCWD, 0, O_RDONLY | O_CLOEXEC | O_DIRECTORY), ALLOWED);
    ck_assert_uint_eq(ask(_i, "openat", (uint64_t)AT_FDCWD, 0, O_WRONLY), TOLD);
    ck_assert_uint_eq(ask(_i, "openat", (uint64_t)AT_FDCWD, 0, O_RDWR), TOLD);
    ck_assert_uint_eq(ask(_i, "openat", (uint64_t)AT_FDCWD, 0, O_RDONLY | O_CREAT), TOLD);
    ck_assert_uint_eq(ask(_i, "openat", (uint64_t)AT_FDCWD, 0, O_RDONLY | O_TRUNC), TOLD);
    ck_assert_uint_eq(ask(_i, "clone", CLONE_THREAD | CLONE_VM, 0, 0), REFUSED);
    ck_assert_uint_eq(ask(_i, "clone", SIGCHLD, 0, 0), REFUSED);
    ck_assert_uint_eq(ask(_i, "clone3", 0, 0, 0), REFUSED);
    for (const char *const *call =
             (const char *const[]){ "execve",       "execveat",   "ptrace",         "process_vm_readv",
                                    "bpf",          "unlinkat",   "mkdirat",        "renameat2",
                                    "fchmodat",     "fchownat",   "mount",          "unshare",
                                    "setns",        "setuid",     "io_uring_setup", "openat2",
                                    "memfd_create", "pidfd_open", "listen",         NULL };
         *call != NULL; call++)
        ck_assert_msg(ask(_i, *call, 0, 0, 0) == TOLD, "%s", *call);
}
END_TEST

START_TEST(a_process_that_waits_for_networks_has_threads_and_no_processes)
{
    const struct calls_rules rules = { .networks = true, .self = SELF };

    load(&rules, machines[_i].seccomp);
    ck_assert_uint_eq(ask(_i, "socket", AF_INET, SOCK_STREAM, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "socket", AF_INET6, SOCK_DGRAM, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "socket", AF_PACKET, SOCK_RAW, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "clone", CLONE_THREAD | CLONE_VM | CLONE_FS, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "clone", SIGCHLD, 0, 0), REFUSED);
    ck_assert_uint_ne(ask(_i, "clone", CLONE_THREAD | CLONE_NEWUSER, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "clone3", 0, 0, 0), SECCOMP_RET_ERRNO | ENOSYS);
    ck_assert_uint_eq(ask(_i, "accept4", 0, 0, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "execve", 0, 0, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "listen", 0, 0, 0), TOLD);
}
END_TEST

START_TEST(signals_go_to_itself_and_one_kind_to_the_master)
{
    struct calls_rules rules = { .self = SELF, .master = MASTER };

    load(&rules, machines[_i].seccomp);
    ck_assert_uint_eq(ask(_i, "tgkill", SELF, 17, SIGABRT), ALLOWED);
    ck_assert_uint_eq(ask(_i, "tgkill", MASTER, 17, SIGABRT), TOLD);
    ck_assert_uint_eq(ask(_i, "kill", MASTER, SIGUSR1, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "kill", MASTER, SIGKILL, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "kill", (uint64_t)-1, SIGUSR1, 0), TOLD);
    rules.master = 0;
    load(&rules, machines[_i].seccomp);
    ck_assert_uint_eq(ask(_i, "kill", MASTER, SIGUSR1, 0), TOLD);
    ck_assert_uint_eq(ask(_i, "kill", 0, SIGUSR1, 0), TOLD);
}
END_TEST

START_TEST(limits_may_be_asked_for_and_not_set)
{
    const struct calls_rules rules = { .self = SELF };

    load(&rules, machines[_i].seccomp);
    ck_assert_uint_eq(ask(_i, "prlimit64", 0, 7, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "prlimit64", 0, 7, (uint64_t)1 << 40), TOLD);
}
END_TEST

START_TEST(the_operator_s_programs_may_do_all_but_look_into_processes_and_the_kernel)
{
    const struct calls_rules rules = { .runs_programs = true };

    load(&rules, machines[_i].seccomp);
    ck_assert_uint_eq(ask(_i, "execve", 0, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "clone", SIGCHLD, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "socket", AF_INET, 0, 0), ALLOWED);
    ck_assert_uint_eq(ask(_i, "ptrace", 0, 0, 0), REFUSED);
    ck_assert_uint_eq(ask(_i, "process_vm_readv", 0, 0, 0), REFUSED);
    ck_assert_uint_eq(ask(_i, "bpf", 0, 0, 0), REFUSED);
}
END_TEST

START_TEST(a_call_of_another_architecture_ends_the_process)
{
    const struct calls_rules rules = { .serves = true };
    const struct seccomp_data data = { .nr = 3, .arch = AUDIT_ARCH_I386 };

    load(&rules, machines[_i].seccomp);
    ck_assert_uint_eq(run(&data) & ~(1u << 31) & SECCOMP_RET_ACTION_FULL, SECCOMP_RET_KILL_THREAD);
}
END_TEST

Suite *confine_calls_suite(void)
{
    Suite *suite = suite_create("calls");
    TCase *tcase = tcase_create("filters");
    int count = (int)(sizeof(machines) / sizeof(machines[0]));

    tcase_set_tags(tcase, "native");
    tcase_add_loop_test(
        tcase, a_process_with_the_database_alone_has_no_internet_no_process_and_no_file_to_write, 0, count);
    tcase_add_loop_test(tcase, a_process_that_waits_for_networks_has_threads_and_no_processes, 0, count);
    tcase_add_loop_test(tcase, signals_go_to_itself_and_one_kind_to_the_master, 0, count);
    tcase_add_loop_test(tcase, limits_may_be_asked_for_and_not_set, 0, count);
    tcase_add_loop_test(tcase, the_operator_s_programs_may_do_all_but_look_into_processes_and_the_kernel, 0,
                        count);
    tcase_add_loop_test(tcase, a_call_of_another_architecture_ends_the_process, 0, count);
    suite_add_tcase(suite, tcase);
    return suite;
}
