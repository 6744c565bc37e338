/* Connection strings of libpq, as far as their passwords are concerned: what is shown or logged is masked
 * first. */
#ifndef RIGGER_CORE_DSN_H
#define RIGGER_CORE_DSN_H

#include "core/attributes.h"

#include <stdbool.h>

/* What stands for a secret wherever one is shown. */
#define SECRET_MASK "********"

/* A copy of dsn (keyword=value form or URI) with every password masked. In doubt it masks too much. The
 * caller frees it; NULL: out of memory. */
char *dsn_mask(const char *dsn) MUST_CHECK;

/* True if dsn carries a password. */
bool dsn_has_password(const char *dsn);

#endif
