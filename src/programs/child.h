/* Starts a program of the operator's and ends it: no shell, a clean environment, limits, a process group of
 * its own. Called by program.c, which talks to it. */
#ifndef RIGGER_PROGRAMS_CHILD_H
#define RIGGER_PROGRAMS_CHILD_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
    pid_t pid;  /* of the process and of its group; 0: none */
    int handle; /* readable when it has ended (pidfd_open(2)) */
    int input;  /* its standard input; -1: closed, or there was none */
    int output; /* its standard output; -1: closed */
};

/* Starts it. arguments: NULL-terminated, the first is the program's absolute path. speaks: its standard input
 * is a pipe, else /dev/null. memory_bytes: the most that it may have. The pipes' ends here do not block.
 * False: it could not be started. That the program is not there is seen at its end, with status 127. */
bool child_start(struct child *child, const char *const *arguments, bool speaks,
                 int64_t memory_bytes) MUST_CHECK;

/* True if it has ended; *well: with status 0. It stays a zombie, so that its group's number is its own. */
bool child_has_ended(const struct child *child, bool *well) MUST_CHECK;

void child_close_input(struct child *child);
void child_close_output(struct child *child);

/* Kills it and its group and closes all descriptors. True if it is gone; false: the kernel does not let go of
 * it yet, and child_is_gone is to be asked again. */
bool child_kill(struct child *child) MUST_CHECK;
bool child_is_gone(struct child *child) MUST_CHECK;

#endif
