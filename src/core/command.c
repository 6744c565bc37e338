/* fork and exec with a pipe for the output. The child keeps nothing of ours: no descriptors, no environment,
 * no signal mask, no secrets but what its arguments say. */
#include "core/command.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK_BYTES     4096
#define EXIT_NOT_FOUND  127
#define END_POLL_MS     5
#define FILE_SIZE_LIMIT ((rlim_t)1 << 30)

static NO_RETURN void run_child(const struct command *command, int output)
{
    static const char *const environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", NULL };
    const struct rlimit file_size = { FILE_SIZE_LIMIT, FILE_SIZE_LIMIT };
    struct sigaction standard = { .sa_handler = SIG_DFL };
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < NSIG; number++)
        sigaction(number, &standard, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    setrlimit(RLIMIT_FSIZE, &file_size);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(null, STDERR_FILENO) < 0)
        _exit(EXIT_NOT_FOUND);
    close_range(STDERR_FILENO + 1, ~0U, 0);
    execve(command->arguments[0], (char *const *)command->arguments, (char *const *)environment);
    _exit(EXIT_NOT_FOUND);
}

/* Reads until the child closes its end. NULL, or what went wrong. */
static const char *read_output(int fd, struct buf *output, int64_t deadline_ms)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    struct waiting waiting = waiting_begin();
    char chunk[CHUNK_BYTES];
    ssize_t got;
    int left_ms;

    for (;;) {
        /* rule: command.time */
        left_ms = clock_remaining_ms(deadline_ms);
        if (left_ms == 0)
            return "was not done in time";
        got = poll(&ready, 1, waiting_slice_ms(&waiting, left_ms));
        waiting_goes_on(&waiting);
        if (got <= 0)
            continue;
        got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 ? NULL : "could not be read";
        buf_append(output, chunk, (size_t)got);
        /* rule: command.output */
        if (output->failed)
            return "printed too much";
    }
}

/* Waits for the end of a child that has closed its output; one that goes on all the same is killed in time.
 */
static const char *await_end(pid_t pid, int64_t deadline_ms)
{
    int state = 0;
    pid_t ended;

    while ((ended = waitpid(pid, &state, WNOHANG)) == 0) {
        if (clock_remaining_ms(deadline_ms) == 0)
            return "was not done in time";
        clock_sleep_ms(END_POLL_MS);
    }
    /* rule: command.status */
    if (ended < 0 || !WIFEXITED(state) || WEXITSTATUS(state) != 0)
        return "failed";
    return NULL;
}

char *command_run(const struct command *command, struct arena *arena)
{
    struct buf output;
    char *text = NULL;
    const char *error;
    int pipes[2];
    pid_t pid;

    if (pipe2(pipes, O_CLOEXEC) != 0)
        return NULL;
    buf_init(&output, command->output_max_bytes);
    pid = fork();
    if (pid == 0)
        run_child(command, pipes[1]);
    close(pipes[1]);
    error = pid < 0 ? "could not be started" : read_output(pipes[0], &output, command->deadline_ms);
    close(pipes[0]);
    if (error == NULL)
        error = await_end(pid, command->deadline_ms);
    if (error == NULL) {
        text = arena_strndup(arena, output.data, output.length);
    } else {
        log_event(LOG_LEVEL_ERROR, "the command %s %s", command->arguments[0], error);
        if (pid > 0) {
            kill(-pid, SIGKILL);
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
        }
    }
    buf_free(&output);
    return text;
}
