/* Runs a program of the operator's: no shell, a clean environment, a deadline, a cap on what it may print. */
#ifndef RIGGER_CORE_COMMAND_H
#define RIGGER_CORE_COMMAND_H

#include "core/arena.h"
#include "core/attributes.h"

#include <stddef.h>
#include <stdint.h>

struct command {
    const char *const *arguments; /* NULL-terminated; the first is the program's absolute path */
    size_t output_max_bytes;      /* of standard output */
    int64_t deadline_ms;          /* on clock_monotonic_ms */
};

/* Runs it to its end and returns what it printed on standard output, on the arena, NUL-terminated. NULL: it
 * could not be started, did not end with 0, printed too much or was not done in time; then its whole process
 * group is killed, and the log says which. */
char *command_run(const struct command *command, struct arena *arena) MUST_CHECK;

#endif
