/* What kind of database `rigger migrate` has found, and whether it may be migrated. Asked before anything is
 * made, and nothing is left behind by asking. */
#ifndef RIGGER_DB_GENERATION_H
#define RIGGER_DB_GENERATION_H

#include "core/attributes.h"
#include "db/script.h"

#include <stdbool.h>

/* Told by the function rigger.generation(), whose file the program has embedded: it is made in the
 * transaction that is open, which the caller rolls back. definition NULL: nothing is asked, served. */
struct generation {
    char *name;           /* "own", "2025-08", …; NULL: not asked */
    char *unserved;       /* why it should not be served; NULL: it is */
    bool may_be_accepted; /* an administrator may have it served all the same */
    bool accepted;        /* and did, in an earlier run: rigger.settings has it */
};

/* False on failure, with the script's error set: also where the database is not encoded in UTF-8. Whatever
 * comes of it, generation_free. */
bool generation_look(struct script *script, const char *definition, struct generation *found) MUST_CHECK;
void generation_free(struct generation *generation);

/* Notes that this generation is served all the same, in the row that rigger.ready() looks for. */
bool generation_accept(struct script *script, const struct generation *generation) MUST_CHECK;

#endif
