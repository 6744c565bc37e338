/* Which system calls a process may make: filters for the kernel (seccomp), made from calls.list with
 * libseccomp. For confine.c, and for the tests, which look at the filter of another machine as well. */
#ifndef RIGGER_CONFINE_CALLS_H
#define RIGGER_CONFINE_CALLS_H

#include "core/attributes.h"

#include <seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct calls_rules {
    bool serves, networks; /* as in calls.list */
    bool runs_programs;    /* all but what calls.list calls never; the programs inherit it */
    pid_t self;            /* may send itself a signal */
    pid_t master;          /* may be sent SIGUSR1; 0: nobody */
};

/* The filter for an architecture (SCMP_ARCH_NATIVE, SCMP_ARCH_AARCH64, …); the caller releases it
 * (seccomp_release). NULL: no memory, or no such architecture. */
scmp_filter_ctx calls_filter(const struct calls_rules *rules, uint32_t architecture) MUST_CHECK;

/* Puts the filter over this thread and all that it starts, for good. From then on a call that is not allowed
 * fails with EPERM, and is logged once, by its name. SIGSYS must not be blocked in any thread, or such a call
 * ends the process. 0, or a negative errno. */
int calls_confine(const struct calls_rules *rules) MUST_CHECK;

#endif
