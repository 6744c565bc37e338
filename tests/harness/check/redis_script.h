/* A Redis of a test's own that says what the test has written down, whatever it is asked: one connection at a
 * time, one answer to each command. It ends with the test's process. */
#ifndef RIGGER_TESTS_CHECK_REDIS_SCRIPT_H
#define RIGGER_TESTS_CHECK_REDIS_SCRIPT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct redis_line {
    const char *bytes; /* NULL: it says nothing */
    size_t length;     /* 0: up to the NUL */
    bool hangs_up;     /* and closes the connection */
    bool drips;        /* a byte every few milliseconds, until the other side closes the connection */
};

#define REDIS_LINES_MAX 16

extern struct redis_script {
    char url[64];
    struct redis_line lines[REDIS_LINES_MAX]; /* in turn; what is asked beyond them is not answered */
    int connections, commands;                /* so far */
    atomic_bool closed;                       /* the connection that came last */
    char last[65536];                         /* the command that came last, as it was sent */
} redis_script;

/* Listens on a loopback port, which is then in the url. */
void redis_script_start(void);

/* Listens no more: who connects from now on is refused. */
void redis_script_stop(void);

#endif
