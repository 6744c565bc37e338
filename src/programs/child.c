/* fork and exec. The child keeps nothing of ours: no descriptors, no environment, no signal mask, no secrets
 * but what its arguments and its input say. */
#include "programs/child.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_FOUND   127
#define FILE_SIZE_LIMIT  ((rlim_t)1 << 30)
#define OPEN_FILES_LIMIT ((rlim_t)1024)

struct pipes {
    int input[2], output[2]; /* read end, write end */
};

static void limit(int resource, rlim_t most)
{
    struct rlimit now;

    if (getrlimit(resource, &now) != 0)
        return;
    if (now.rlim_max == RLIM_INFINITY || now.rlim_max > most)
        now.rlim_max = most;
    now.rlim_cur = now.rlim_max;
    setrlimit(resource, &now);
}

static void set_limits(int64_t memory_bytes)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, FILE_SIZE_LIMIT);
    limit(RLIMIT_NOFILE, OPEN_FILES_LIMIT);
    /* rule: programs.memory */
    limit(RLIMIT_DATA, (rlim_t)memory_bytes);
}

static NO_RETURN void run_child(const char *const *arguments, const struct pipes *pipes, pid_t parent,
                                int64_t memory_bytes)
{
    static const char *const environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", NULL };
    struct sigaction standard = { .sa_handler = SIG_DFL };
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_NOT_FOUND);
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (null < 0 || dup2(pipes->input[0] >= 0 ? pipes->input[0] : null, STDIN_FILENO) < 0 ||
        dup2(pipes->output[1], STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 || chdir("/") != 0)
        _exit(EXIT_NOT_FOUND);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    set_limits(memory_bytes);
    execve(arguments[0], (char *const *)arguments, (char *const *)environment);
    _exit(EXIT_NOT_FOUND);
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static bool open_pipes(struct pipes *pipes, bool speaks)
{
    *pipes = (struct pipes){ { -1, -1 }, { -1, -1 } };
    if (pipe2(pipes->output, O_CLOEXEC) != 0 || (speaks && pipe2(pipes->input, O_CLOEXEC) != 0))
        return false;
    return fcntl(pipes->output[0], F_SETFL, O_NONBLOCK) == 0 &&
           (!speaks || fcntl(pipes->input[1], F_SETFL, O_NONBLOCK) == 0);
}

bool child_start(struct child *child, const char *const *arguments, bool speaks, int64_t memory_bytes)
{
    struct pipes pipes;
    pid_t parent = getpid();
    bool piped = open_pipes(&pipes, speaks);

    *child = (struct child){ 0, -1, -1, -1 };
    if (piped)
        child->pid = fork();
    if (piped && child->pid == 0)
        run_child(arguments, &pipes, parent, memory_bytes);
    close_one(&pipes.input[0]);
    close_one(&pipes.output[1]);
    child->input = pipes.input[1];
    child->output = pipes.output[0];
    if (child->pid > 0) {
        setpgid(child->pid, child->pid); /* whoever of the two comes first */
        child->handle = pidfd_open(child->pid, 0);
    }
    if (child->pid > 0 && child->handle >= 0)
        return true;
    if (child->pid > 0 && !child_kill(child))
        waitpid(child->pid, NULL, 0);
    child_close_input(child);
    child_close_output(child);
    child->pid = 0;
    return false;
}

bool child_has_ended(const struct child *child, bool *well)
{
    siginfo_t info = { .si_pid = 0 };

    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
        return true;
    *well = info.si_pid != 0 && info.si_code == CLD_EXITED && info.si_status == 0;
    return info.si_pid != 0;
}

void child_close_input(struct child *child)
{
    close_one(&child->input);
}

void child_close_output(struct child *child)
{
    close_one(&child->output);
}

bool child_is_gone(struct child *child)
{
    if (child->pid != 0 && waitpid(child->pid, NULL, WNOHANG) == 0)
        return false;
    child->pid = 0;
    return true;
}

bool child_kill(struct child *child)
{
    /* rule: programs.group */
    kill(-child->pid, SIGKILL);
    kill(child->pid, SIGKILL);
    close_one(&child->handle);
    child_close_input(child);
    child_close_output(child);
    return child_is_gone(child);
}
