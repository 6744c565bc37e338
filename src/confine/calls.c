/* Builds the filters, and answers calls that they refuse. The kernel turns such a call into SIGSYS, so that
 * it can be told; the handler makes it fail. The calls that memory and the clock need are all allowed, so a
 * handler never interrupts them, and may log. */
#include "confine/calls.h"

#include "confine/call_names.h"
#include "confine/call_table.h"
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/socket.h>
#include <ucontext.h>

#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))
/* A set or single bit of the flags of clone(2): what makes a process or a namespace and no thread. */
#define NEW_NAMESPACES                                                                                       \
    (CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |               \
     CLONE_NEWCGROUP)
#define TOLD_MAX 1024

/* Conditions on an argument. Of an int only the lower half counts: the other may hold anything. */
#define MASKED(argument, mask, value)                                                                        \
    SCMP_CMP64(argument, SCMP_CMP_MASKED_EQ, (uint64_t)(mask), (uint64_t)(value))
#define IS(argument, value) MASKED(argument, UINT32_MAX, (uint32_t)(value))

enum use { BASIC, SERVES, NETWORKS, NEVER };

#define CALL_ROW(name, use) { SCMP_SYS(name), use },
static const struct {
    int number; /* negative: this architecture has none of that name */
    enum use use;
} table[] = { CALL_TABLE(CALL_ROW) };

/* One more rule; *error stays what it was first. */
static void add(scmp_filter_ctx filter, int *error, uint32_t action, int call, unsigned count,
                const struct scmp_arg_cmp *conditions)
{
    int added = seccomp_rule_add_array(filter, action, call, count, conditions);

    if (*error == 0)
        *error = added;
}

static bool is_allowed(const struct calls_rules *rules, enum use use)
{
    return use == BASIC || (use == SERVES && rules->serves) || (use == NETWORKS && rules->networks);
}

static void allow_socket(scmp_filter_ctx filter, int *error, int family)
{
    const struct scmp_arg_cmp is = IS(0, family);

    add(filter, error, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &is);
}

/* A signal to a process. */
static void allow_signal(scmp_filter_ctx filter, int *error, int call, pid_t to, int number)
{
    const struct scmp_arg_cmp is[] = { IS(0, to), IS(1, number) };

    add(filter, error, SCMP_ACT_ALLOW, call, number == 0 ? 1 : 2, is);
}

/* The calls that make processes are refused without SIGSYS: the C library blocks all signals around them, and
 * a blocked SIGSYS ends the process. Of clone3 no flags can be seen: told that there is none, the C library
 * makes threads with clone. */
static void add_clones(scmp_filter_ctx filter, int *error, bool threads)
{
    const struct scmp_arg_cmp thread = MASKED(0, CLONE_THREAD | NEW_NAMESPACES, CLONE_THREAD);
    const struct scmp_arg_cmp process = MASKED(0, CLONE_THREAD, 0);

    /* rule: confine.clone */
    if (threads) {
        add(filter, error, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, &thread);
        add(filter, error, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1, &process);
    } else
        add(filter, error, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 0, NULL);
    add(filter, error, SCMP_ACT_ERRNO(threads ? ENOSYS : EPERM), SCMP_SYS(clone3), 0, NULL);
    add(filter, error, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fork), 0, NULL);
    add(filter, error, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(vfork), 0, NULL);
}

static void add_allowed(scmp_filter_ctx filter, int *error, const struct calls_rules *rules)
{
    const struct scmp_arg_cmp reads = MASKED(2, WRITING, O_RDONLY);
    const struct scmp_arg_cmp asks = SCMP_CMP64(2, SCMP_CMP_EQ, 0);

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (is_allowed(rules, table[i].use))
            add(filter, error, SCMP_ACT_ALLOW, table[i].number, 0, NULL);
    }
    add_clones(filter, error, rules->networks);
    /* rule: confine.writing */
    add(filter, error, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1, &reads);
    add(filter, error, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, &asks);
    allow_socket(filter, error, AF_UNIX);
    /* rule: confine.internet */
    if (rules->networks) {
        allow_socket(filter, error, AF_INET);
        allow_socket(filter, error, AF_INET6);
        allow_socket(filter, error, AF_NETLINK);
    }
    allow_signal(filter, error, SCMP_SYS(tgkill), rules->self, 0);
    allow_signal(filter, error, SCMP_SYS(kill), rules->self, 0);
    if (rules->master != 0)
        allow_signal(filter, error, SCMP_SYS(kill), rules->master, SIGUSR1);
}

static void add_refused(scmp_filter_ctx filter, int *error)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].use == NEVER)
            add(filter, error, SCMP_ACT_ERRNO(EPERM), table[i].number, 0, NULL);
    }
}

scmp_filter_ctx calls_filter(const struct calls_rules *rules, uint32_t architecture)
{
    scmp_filter_ctx filter = seccomp_init(rules->runs_programs ? SCMP_ACT_ALLOW : SCMP_ACT_TRAP);
    int error = 0;

    if (filter == NULL)
        return NULL;
    if (architecture != SCMP_ARCH_NATIVE && architecture != seccomp_arch_native()) {
        error = seccomp_arch_add(filter, architecture);
        if (error == 0)
            error = seccomp_arch_remove(filter, SCMP_ARCH_NATIVE);
    }
    /* Before 5.11 the kernel runs the filter at each call: a tree is shorter than a list. Not all know it. */
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (rules->runs_programs)
        add_refused(filter, &error);
    else
        add_allowed(filter, &error, rules);
    if (error == 0)
        return filter;
    seccomp_release(filter);
    return NULL;
}

static const char *name_of(int number)
{
    bool known = number >= 0 && (size_t)number < sizeof(call_names) / sizeof(call_names[0]);

    return known && call_names[number] != NULL ? call_names[number] : "without a name";
}

/* Once for each call: a library that goes on trying must not fill the log. */
static void tell(int number)
{
    static atomic_bool told[TOLD_MAX];
    size_t place = number >= 0 && number < TOLD_MAX ? (size_t)number : TOLD_MAX - 1;

    if (!atomic_exchange(&told[place], true))
        log_event(LOG_LEVEL_ERROR,
                  "the system call %s (%d) is none that this process may make, or not so: it was refused "
                  "(docs/security.md, \"What a process may do\")",
                  name_of(number), number);
}

static void on_refused(int signal_number, siginfo_t *info, void *context)
{
    ucontext_t *at = context;

    (void)signal_number;
    /* rule: confine.told */
    tell(info->si_syscall);
#if defined(__x86_64__)
    at->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
    at->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#else
#error "where does this machine return what a system call returns? Say it here."
#endif
}

int calls_confine(const struct calls_rules *rules)
{
    struct sigaction refused = { .sa_sigaction = on_refused, .sa_flags = SA_SIGINFO };
    scmp_filter_ctx filter;
    sigset_t sys;
    int error;

    sigemptyset(&sys);
    sigaddset(&sys, SIGSYS);
    if (sigaction(SIGSYS, &refused, NULL) != 0 || sigprocmask(SIG_UNBLOCK, &sys, NULL) != 0)
        return -errno;
    filter = calls_filter(rules, SCMP_ARCH_NATIVE);
    if (filter == NULL)
        return -ENOMEM;
    error = seccomp_load(filter);
    seccomp_release(filter);
    return error;
}
