/* Reads rows by column name. Asking for what a statement does not declare is a fault of the program, and ends
 * it. */
#include "core/log.h"
#include "db/connection.h"
#include "db/statements.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

NO_RETURN static void give_up(const struct db_rows *rows, int row, const char *column, const char *fault)
{
    log_event(LOG_LEVEL_ERROR, "database: %s, row %d, column %s: %s", rows->statement->name, row, column,
              fault);
    abort();
}

static int column_number(const struct db_rows *rows, int row, const char *column)
{
    const char *at = rows->statement->columns;
    size_t length = strlen(column);

    for (int number = 0; *at != '\0'; number++) {
        size_t word = strcspn(at, " ");

        if (word == length && memcmp(at, column, length) == 0)
            return number;
        at += word;
        at += strspn(at, " ");
    }
    give_up(rows, row, column, "the statement declares no such column");
}

const char *db_text(const struct db_rows *rows, int row, const char *column)
{
    int number = column_number(rows, row, column);

    if (row < 0 || row >= rows->count)
        give_up(rows, row, column, "there is no such row");
    return PQgetisnull(rows->result, row, number) ? NULL : PQgetvalue(rows->result, row, number);
}

int64_t db_integer(const struct db_rows *rows, int row, const char *column)
{
    const char *text = db_text(rows, row, column);
    long long value;
    char *end;

    if (text == NULL)
        return 0;
    errno = 0;
    value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0)
        give_up(rows, row, column, "not an integer of 64 bits");
    return value;
}

bool db_boolean(const struct db_rows *rows, int row, const char *column)
{
    const char *text = db_text(rows, row, column);

    return text != NULL && strcmp(text, "t") == 0;
}

bool db_is_null(const struct db_rows *rows, int row, const char *column)
{
    return db_text(rows, row, column) == NULL;
}
