/* What the commands that ask the database share: finding it, and printing what it answers. */
#include "ctl/ctl.h"

#include "core/buf.h"
#include "core/config.h"
#include "db/statements.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX_BYTES ((size_t)256 << 20)
#define LINE_MAX_BYTES  ((size_t)1 << 20)
#define COLUMNS_MAX     32

int ctl_misused(const char *name, const char *message)
{
    fprintf(stderr, "riggerctl %s: %s\n", name, message);
    return CTL_USAGE;
}

static struct db *connect_configured(const char *config_path)
{
    struct config *config = config_load(config_path, stderr);
    struct db *db;

    if (config == NULL)
        return NULL;
    db = db_create_for_dsn(config->database.dsn);
    config_free(config);
    return db;
}

bool ctl_database_open(struct ctl_database *database, int argc, char **argv)
{
    static const struct option options[] = {
        { "dsn", required_argument, NULL, 'd' },
        { "config", required_argument, NULL, 'c' },
        { "json", no_argument, NULL, 'j' },
        { NULL, 0, NULL, 0 },
    };
    const char *dsn = NULL, *config_path = NULL;
    int option;

    *database = (struct ctl_database){ .arena = arena_create(ARENA_MAX_BYTES) };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            dsn = optarg;
        else if (option == 'c')
            config_path = optarg;
        else if (option == 'j')
            database->json = true;
        else
            return false;
    }
    database->db = dsn != NULL ? db_create_for_dsn(dsn) : connect_configured(config_path);
    return database->db != NULL;
}

void ctl_database_close(struct ctl_database *database)
{
    db_free(database->db);
    arena_free(database->arena);
}

/* The statement's columns, split; their count. */
static int split_columns(struct arena *arena, const struct statement *statement,
                         const char *names[COLUMNS_MAX])
{
    int count = 0;

    for (const char *name = statement->columns; *name != '\0' && count < COLUMNS_MAX;) {
        size_t length = strcspn(name, " ");

        names[count++] = arena_strndup(arena, name, length);
        name += length;
        name += strspn(name, " ");
    }
    return count;
}

static void print_json(const struct db_rows *rows, const char *const *names, int count)
{
    struct buf line;

    for (int row = 0; row < rows->count; row++) {
        buf_init(&line, LINE_MAX_BYTES);
        for (int i = 0; i < count; i++) {
            const char *text = db_text(rows, row, names[i]);

            buf_printf(&line, "%s\"%s\": ", i == 0 ? "{" : ", ", names[i]);
            if (text == NULL)
                buf_puts(&line, "null");
            else
                buf_json_string(&line, text, strlen(text));
        }
        if (!line.failed)
            printf("%s}\n", line.data);
        buf_free(&line);
    }
}

static void print_table(const struct db_rows *rows, const char *const *names, int count)
{
    int widths[COLUMNS_MAX];

    for (int i = 0; i < count; i++) {
        widths[i] = (int)strlen(names[i]);
        for (int row = 0; row < rows->count; row++) {
            const char *text = db_text(rows, row, names[i]);
            int length = text == NULL ? 1 : (int)strlen(text);

            if (length > widths[i])
                widths[i] = length;
        }
    }
    for (int row = -1; row < rows->count; row++) {
        for (int i = 0; i < count; i++) {
            const char *text = row < 0 ? names[i] : db_text(rows, row, names[i]);

            printf("%-*s%s", i + 1 < count ? widths[i] : 0, text == NULL ? "-" : text,
                   i + 1 < count ? "  " : "\n");
        }
    }
}

void ctl_print_rows(const struct ctl_database *database, const struct db_rows *rows)
{
    const char *names[COLUMNS_MAX];
    int count = split_columns(database->arena, rows->statement, names);

    if (database->json)
        print_json(rows, names, count);
    else
        print_table(rows, names, count);
}
