/* For the tests of confinement: an attempt is made in a process of its own that confined itself before. Check
 * runs each test in a process of its own, so that none of it outlives a test. */
#ifndef RIGGER_TESTS_CHECK_CONFINED_H
#define RIGGER_TESTS_CHECK_CONFINED_H

#include "config/config.h"
#include "confine/role.h"

/* A database behind a Unix socket, no Redis, no programs. */
extern struct config confined_config;

extern char confined_said[4096]; /* what the last attempt logged */

/* What the attempt returned, an errno or 0; 255: the process could not confine itself. */
int confined_attempt(enum role role, int (*attempt)(void));

/* The errno of a call that fails with -1; 0: it did not. */
int confined_failure(long result);

#endif
