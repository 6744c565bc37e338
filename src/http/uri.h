/* Percent-decoding and query strings, as Starlette reads them: "+" is a space in a query, the last of several
 * equal keys counts, blank values are kept. */
#ifndef RIGGER_HTTP_URI_H
#define RIGGER_HTTP_URI_H

#include "core/arena.h"

#include <stdbool.h>

/* Decodes %XX (and "+" where plus_is_space) into the arena. NULL: a NUL byte, or the result is not UTF-8. A
 * malformed escape stays as it stands. */
char *uri_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space);

/* The decoded value of the last parameter called name. NULL if there is none; *malformed where it cannot be
 * decoded. */
char *uri_query_value(struct arena *arena, const char *query, const char *name, bool *malformed);

#endif
