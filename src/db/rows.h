/* What the database answered, by number of row and column. For the calls of db/calls.h, which make structs of
 * it, and for whoever shows rows without caring what they are. */
#ifndef RIGGER_DB_ROWS_H
#define RIGGER_DB_ROWS_H

#include "db/value.h"

struct statement; /* db/statement.h */

/* The rows of one call: exactly the columns that its statement declares. They live on the arena of the call.
 */
struct db_rows {
    const struct statement *statement;
    int count;
    void *result; /* PGresult, cleared with the arena */
};

/* A value. A row or column that is not there, and rows_integer or rows_boolean of another type, are errors of
 * the program and end the process. Text lives as long as the rows. */
const char *rows_text(const struct db_rows *rows, int row, int column);
struct db_integer rows_integer(const struct db_rows *rows, int row, int column);
struct db_boolean rows_boolean(const struct db_rows *rows, int row, int column);

/* The columns as the server describes them. The kind is that of struct statement: 'i', 'b', 't', and 'j' for
 * text that is JSON. */
int rows_columns(const struct db_rows *rows);
const char *rows_column_name(const struct db_rows *rows, int column);
char rows_column_kind(const struct db_rows *rows, int column);

#endif
