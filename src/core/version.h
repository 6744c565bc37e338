/* Versions of the SDK, as chutes name them: numbers with dots, then perhaps letters. */
#ifndef RIGGER_CORE_VERSION_H
#define RIGGER_CORE_VERSION_H

#include <stdbool.h>

/* True if version comes before other; NULL or "" comes before everything. Numbers are compared as numbers,
 * missing ones count as 0, and what follows the numbers ("rc1", ".dev0") is not looked at. */
bool version_is_before(const char *version, const char *other);

#endif
