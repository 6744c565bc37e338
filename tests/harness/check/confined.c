/* See confined.h. */
#include "check/confined.h"

#include "confine/confine.h"

#include <check.h>
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

struct config confined_config = {
    .server.confine = true,
    .database.dsn = "host=/run/postgresql dbname=rigger",
    .capacity.redis_url = "",
    .events.redis_url = "",
    .attestation.environment_command = "",
    .attestation.filesystem_command = "",
};

char confined_said[4096];

int confined_attempt(enum role role, int (*attempt)(void))
{
    int ends[2], state;
    ssize_t length;
    pid_t pid;

    ck_assert_int_eq(pipe(ends), 0);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        _exit(confine_enter(role, &confined_config, getppid()) ? attempt() : 255);
    }
    close(ends[1]);
    ck_assert_int_eq(waitpid(pid, &state, 0), pid);
    length = read(ends[0], confined_said, sizeof(confined_said) - 1);
    confined_said[length > 0 ? length : 0] = '\0';
    close(ends[0]);
    ck_assert_msg(WIFEXITED(state), "ended by signal %d", WTERMSIG(state));
    return WEXITSTATUS(state);
}

int confined_failure(long result)
{
    return result == -1 ? errno : 0;
}
