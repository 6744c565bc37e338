/* Prints what the database answers: tables for people, lines of JSON for scripts. What others wrote cannot
 * steer the terminal it is shown on. */
#include "ctl/ctl.h"
#include "json/json.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 32
#define JSON_COLUMN "json"

/* Where the column `json` is; that many columns are for people. -1: there is none. */
static int json_column(const struct db_rows *rows)
{
    int last = rows_columns(rows) - 1;

    return last >= 0 && strcmp(rows_column_name(rows, last), JSON_COLUMN) == 0 ? last : -1;
}

/* Row -1 is the header. */
static const char *cell(const struct db_rows *rows, int row, int column)
{
    const char *text = row < 0 ? rows_column_name(rows, column) : rows_text(rows, row, column);

    if (text == NULL || text[0] == '\0')
        return "-";
    if (row >= 0 && rows_column_kind(rows, column) == 'b')
        return text[0] == 't' ? "yes" : "no";
    return text;
}

/* Characters of UTF-8 text. */
static int width(const char *text)
{
    int count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

void ctl_print_text(const char *text, int padded)
{
    int left = padded - width(text);

    for (; *text != '\0'; text++)
        putchar((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text);
    for (; left > 0; left--)
        putchar(' ');
}

static void print_table(const struct db_rows *rows, int count)
{
    int widths[COLUMNS_MAX] = { 0 };

    for (int i = 0; i < count; i++) {
        for (int row = -1; row < rows->count; row++) {
            int wide = width(cell(rows, row, i));

            if (wide > widths[i])
                widths[i] = wide;
        }
    }
    for (int row = -1; row < rows->count; row++) {
        for (int i = 0; i < count; i++)
            ctl_print_text(cell(rows, row, i), i + 1 < count ? widths[i] + 2 : 0);
        putchar('\n');
    }
}

static json_object *json_value(const struct db_rows *rows, int row, int column)
{
    const char *text = rows_text(rows, row, column);

    if (text == NULL)
        return NULL;
    switch (rows_column_kind(rows, column)) {
    case 'i':
        return json_made(json_object_new_int64(rows_integer(rows, row, column).value));
    case 'b':
        return json_made(json_object_new_boolean(rows_boolean(rows, row, column).value));
    case 'j':
        return json_parse_own(text);
    default:
        return json_made(json_object_new_string(text));
    }
}

static void print_json(const struct db_rows *rows, int row)
{
    json_object *object = json_made(json_object_new_object());

    for (int i = 0; i < rows_columns(rows); i++)
        json_put(object, rows_column_name(rows, i), json_value(rows, row, i));
    puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
}

void ctl_print_rows(const struct ctl_database *database, const struct db_rows *rows)
{
    int json = json_column(rows), count = json >= 0 ? json : rows_columns(rows);

    if (!database->json) {
        print_table(rows, count < COLUMNS_MAX ? count : COLUMNS_MAX);
        return;
    }
    for (int row = 0; row < rows->count; row++) {
        if (json >= 0)
            puts(rows_text(rows, row, json));
        else
            print_json(rows, row);
    }
}
