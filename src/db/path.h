/* Whether what Rigger's functions find by name is what they mean by it. `rigger migrate` asks before it makes
 * anything, and nothing is left behind by asking. */
#ifndef RIGGER_DB_PATH_H
#define RIGGER_DB_PATH_H

#include "core/attributes.h"
#include "db/script.h"

#include <stdbool.h>

/* Told by the function rigger.check_path(), whose file the program has embedded: it is made in the
 * transaction that is open, which the caller rolls back. definition NULL: nothing is asked, nothing is wrong.
 */
struct path {
    char *needs_public; /* functions of the network for which "public" has to be in the path; NULL: none */
    char *unsafe;       /* who else could have something run as our functions' owner; NULL: nobody */
    char *cure;         /* the statement that ends that; NULL: no single one does */
};

/* False on failure, with the script's error set. Whatever comes of it, path_free. */
bool path_look(struct script *script, const char *definition, struct path *found) MUST_CHECK;
void path_free(struct path *path);

/* Whether a migration may go on; false with the script's error set, which says why and what helps. */
bool path_judge(struct script *script, const struct path *found) MUST_CHECK;

/* Whether the functions that are there have "public" in their path exactly where it is needed. */
bool path_stands(struct script *script, const struct path *found, bool *stands) MUST_CHECK;

#endif
