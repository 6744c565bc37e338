/* Which files a process may read and which ports it may reach: Landlock, by the kernel's calls themselves,
 * since libraries and headers are older than what kernels can. For confine.c. */
#ifndef RIGGER_CONFINE_LANDLOCK_H
#define RIGGER_CONFINE_LANDLOCK_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first versions of Landlock that can tell so much: of files, of TCP ports, of sockets by abstract names.
 */
#define LANDLOCK_FILES    1
#define LANDLOCK_PORTS    4
#define LANDLOCK_ABSTRACT 6

/* The version that this kernel has; 0: none. */
int landlock_version(void) MUST_CHECK;

struct landlock_rules {
    bool any_port;     /* TCP may be reached at any port; else at those of `port` alone */
    bool any_abstract; /* Unix sockets with abstract names may be reached */
    size_t port_count;
    const uint16_t *port;
};

/* Begins a set of rules: nothing is read, written, run or bound but what landlock_allow_reading adds. Its
 * descriptor, or a negative errno. */
int landlock_begin(const struct landlock_rules *rules) MUST_CHECK;

/* Allows to read a file, or all below a folder. What is not there is none. 0, or a negative errno. */
int landlock_allow_reading(int ruleset, const char *path) MUST_CHECK;

/* Puts the rules over this thread and all that it starts, for good; no_new_privs is set. Closes the set. 0,
 * or a negative errno. */
int landlock_end(int ruleset) MUST_CHECK;

#endif
