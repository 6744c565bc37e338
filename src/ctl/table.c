/* Prints what the database answers: tables for people, lines of JSON for scripts. What others wrote cannot
 * steer the terminal it is shown on. */
#include "ctl/ctl.h"

#include "db/statements.h"

#include <stdio.h>
#include <string.h>

#define COLUMNS_MAX 32
#define JSON_COLUMN "json"

/* The statement's columns that people see, split; their count. */
static int split_columns(struct arena *arena, const struct statement *statement,
                         const char *names[COLUMNS_MAX])
{
    int count = 0;

    for (const char *name = statement->columns; *name != '\0' && count < COLUMNS_MAX;) {
        size_t length = strcspn(name, " ");

        names[count] = arena_strndup(arena, name, length);
        if (strcmp(names[count], JSON_COLUMN) != 0)
            count++;
        name += length;
        name += strspn(name, " ");
    }
    return count;
}

static const char *cell(const struct db_rows *rows, int row, const char *column)
{
    const char *text = row < 0 ? column : db_text(rows, row, column);

    if (text == NULL || text[0] == '\0')
        return "-";
    if (row >= 0 && strcmp(text, "t") == 0)
        return "yes";
    return row >= 0 && strcmp(text, "f") == 0 ? "no" : text;
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

static void print_table(const struct db_rows *rows, const char *const *names, int count)
{
    int widths[COLUMNS_MAX] = { 0 };

    for (int i = 0; i < count; i++) {
        for (int row = -1; row < rows->count; row++) {
            int wide = width(cell(rows, row, names[i]));

            if (wide > widths[i])
                widths[i] = wide;
        }
    }
    for (int row = -1; row < rows->count; row++) {
        for (int i = 0; i < count; i++)
            ctl_print_text(cell(rows, row, names[i]), i + 1 < count ? widths[i] + 2 : 0);
        putchar('\n');
    }
}

void ctl_print_rows(const struct ctl_database *database, const struct db_rows *rows)
{
    const char *names[COLUMNS_MAX];
    int count = split_columns(database->arena, rows->statement, names);

    if (database->json) {
        for (int row = 0; row < rows->count; row++)
            puts(db_text(rows, row, JSON_COLUMN));
    } else {
        print_table(rows, names, count);
    }
}
