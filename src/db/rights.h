/* What others have on what `rigger migrate` makes anew: rights that an administrator granted, which are kept,
 * and views and functions of his that stand on ours, for which nothing is changed. And whether the rights of
 * the three roles are there. */
#ifndef RIGGER_DB_RIGHTS_H
#define RIGGER_DB_RIGHTS_H

#include "core/attributes.h"
#include "db/script.h"

#include <stdbool.h>

/* False with the script's error set, which names them, where objects outside the schema rigger depend on our
 * functions or views; tables_too: or on our tables. */
bool rights_check_dependents(struct script *script, bool tables_too) MUST_CHECK;

/* In one transaction: notes what is granted on our functions and views to others than our three roles, before
 * these are dropped; and grants it anew when they are there again. What has nothing left to be granted on is
 * a notice. */
bool rights_keep(struct script *script) MUST_CHECK;
bool rights_give_back(struct script *script) MUST_CHECK;

/* A digest of all that is granted in the schema rigger, which the caller frees. */
bool rights_digest(struct script *script, char **digest) MUST_CHECK;

#endif
