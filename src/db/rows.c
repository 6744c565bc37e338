/* Reads rows. Asking for what is not there is an error of the program, and ends it: the shape of the answer
 * was checked when the statement was first used (db/session.c). */
#include "db/rows.h"

#include "core/attributes.h"
#include "core/log.h"
#include "db/statement.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

/* Types by their numbers, which PostgreSQL never changes (pg_type.dat). */
#define OID_BOOLEAN  16
#define OID_BIGINT   20
#define OID_SMALLINT 21
#define OID_INTEGER  23
#define OID_JSON     114
#define OID_JSONB    3802

NO_RETURN static void give_up(const struct db_rows *rows, int row, int column, const char *error)
{
    log_event(LOG_LEVEL_ERROR, "database: %s, row %d, column %d: %s", rows->statement->name, row, column,
              error);
    abort();
}

const char *rows_text(const struct db_rows *rows, int row, int column)
{
    if (column < 0 || column >= PQnfields(rows->result))
        give_up(rows, row, column, "there is no such column");
    if (row < 0 || row >= rows->count)
        give_up(rows, row, column, "there is no such row");
    return PQgetisnull(rows->result, row, column) ? NULL : PQgetvalue(rows->result, row, column);
}

struct db_integer rows_integer(const struct db_rows *rows, int row, int column)
{
    const char *text = rows_text(rows, row, column);
    long long value;
    char *end;

    if (text == NULL)
        return (struct db_integer){ .present = false };
    errno = 0;
    value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0)
        give_up(rows, row, column, "not an integer of 64 bits");
    return db_integer(value);
}

struct db_boolean rows_boolean(const struct db_rows *rows, int row, int column)
{
    const char *text = rows_text(rows, row, column);

    if (text == NULL)
        return (struct db_boolean){ .present = false };
    if (strcmp(text, "t") != 0 && strcmp(text, "f") != 0)
        give_up(rows, row, column, "not a boolean");
    return db_boolean(text[0] == 't');
}

int rows_columns(const struct db_rows *rows)
{
    return PQnfields(rows->result);
}

const char *rows_column_name(const struct db_rows *rows, int column)
{
    return PQfname(rows->result, column);
}

char rows_column_kind(const struct db_rows *rows, int column)
{
    switch (PQftype(rows->result, column)) {
    case OID_BOOLEAN:
        return 'b';
    case OID_BIGINT:
    case OID_INTEGER:
    case OID_SMALLINT:
        return 'i';
    case OID_JSON:
    case OID_JSONB:
        return 'j';
    default:
        return 't';
    }
}
