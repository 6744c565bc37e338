/* What the libraries below us read while a process serves: names, certificates, modules, libpq's files. The
 * configuration is not among it, nor are its secrets. */
#ifndef RIGGER_CONFINE_FILES_H
#define RIGGER_CONFINE_FILES_H

#include "config/config.h"

#include <stdbool.h>

/* Hands over each such file, or folder with all below it, whether it is there or not. */
void files_each(const struct config *config, void (*take)(void *to, const char *path), void *to);

/* True if one of those that are files has become another since the last call, or the first: it was replaced,
 * came or went. Processes that were confined before can read it no more: a permission is one for a file, not
 * for its name. */
bool files_are_others(const struct config *config);

#endif
