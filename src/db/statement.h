/* How one statement is sent: what the calls of db/calls.h, which src/make/sql_calls.awk makes, consist of.
 * For them and for db/ alone; everybody else calls db_NAME(). */
#ifndef RIGGER_DB_STATEMENT_H
#define RIGGER_DB_STATEMENT_H

#include "core/arena.h"
#include "core/attributes.h"
#include "core/status.h"
#include "db/rows.h"
#include "db/value.h"

struct db; /* db/connection.h */

/* The shape is checked once per connection, when the statement is first used. */
struct statement {
    const char *name; /* also the name of the prepared statement */
    const char *text;
    int parameter_count;
    const char *columns; /* "status detail config_id …", in order */
    const char *kinds; /* a letter each: i an integer, b a boolean, t what is taken as text; NULL: all text */
};

/* Calls a statement with its parameters as text (NULL is SQL null; bytea as "\x…"; count as declared).
 * STATUS_OK: rows is filled in. STATUS_UNAVAILABLE: no database, a time-out, or retries used up.
 * STATUS_ERROR: anything else (logged with its SQLSTATE, never with parameters). */
enum status db_call(struct db *db, struct arena *arena, const struct statement *statement,
                    const char *const *parameters, struct db_rows *rows) MUST_CHECK;

/* Values as parameters; NULL for null. */
const char *db_integer_text(struct arena *arena, struct db_integer value);
const char *db_boolean_text(struct db_boolean value);
const char *db_bytes_text(struct arena *arena, struct db_bytes value);

#endif
