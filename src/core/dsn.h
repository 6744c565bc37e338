/* Connection strings of libpq, as far as their passwords are concerned: one that libpq could misunderstand,
 * and then quote in a message, is refused; what is shown or logged is masked first. */
#ifndef RIGGER_CORE_DSN_H
#define RIGGER_CORE_DSN_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

/* What stands for a secret wherever one is shown. */
#define SECRET_MASK "********"

/* A copy of dsn (keyword=value form or URI) with every password masked. In doubt it masks too much. The
 * caller frees it; NULL: out of memory. */
char *dsn_mask(const char *dsn) MUST_CHECK;

/* What is wrong with a connection string, in static text that quotes nothing of it; NULL: it can only be
 * understood in one way. */
const char *dsn_error(const char *dsn);

/* The length of "postgresql://" or "postgres://" where dsn begins with it: it is a URI; else 0. */
size_t dsn_scheme_length(const char *dsn);

/* True if dsn carries a password. */
bool dsn_has_password(const char *dsn);

#endif
