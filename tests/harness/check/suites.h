/* Every suite of the unit tests; the build makes the list from the sources. */
#ifndef RIGGER_TESTS_CHECK_SUITES_H
#define RIGGER_TESTS_CHECK_SUITES_H

#include <check.h>

/* NULL-terminated. */
extern Suite *(*const suites[])(void);

#endif
