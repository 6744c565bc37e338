/* What a database remembers of its migrations: the tables rigger.migrations and rigger.schema_version. */
#ifndef RIGGER_DB_RECORDS_H
#define RIGGER_DB_RECORDS_H

#include "core/attributes.h"
#include "db/migrate.h"
#include "db/script.h"

#include <stdbool.h>

bool records_are_there(struct script *script, bool *there) MUST_CHECK;

/* Makes the tables, and what an older release's lack. *changed false: all was there. */
bool records_make(struct script *script, bool *changed) MUST_CHECK;

/* The rest asks tables that are there.
 *
 * False, with the script's error set, where a newer release has been here: it applied a migration that is not
 * among the files, or has written its number. */
bool records_refuse_newer(struct script *script, const struct sql_file *files, unsigned count) MUST_CHECK;

/* Whether one of the files is a migration that was not applied yet. */
bool records_are_behind(struct script *script, const struct sql_file *files, unsigned count,
                        bool *behind) MUST_CHECK;

/* The version that the functions and views were made from; NULL: none. The caller frees it. */
bool records_version(struct script *script, char **version) MUST_CHECK;
bool records_set_version(struct script *script, const char *version) MUST_CHECK;

#endif
