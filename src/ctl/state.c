/* riggerctl status and reap: how the registry is, and what is overdue in it. */
#include "ctl/ctl.h"

#include "db/migrate.h"
#include "db/statements.h"
#include "db/statements_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_statement(struct ctl_database *database, const struct statement *statement,
                           struct db_rows *rows)
{
    if (db_call(database->db, database->arena, statement, NULL, rows) != STATUS_OK) {
        fputs("riggerctl: the database did not answer; the reason is in the line above\n", stderr);
        return EXIT_FAILURE;
    }
    ctl_print_rows(database, rows);
    return EXIT_SUCCESS;
}

int ctl_status(int argc, char **argv)
{
    struct ctl_database database;
    const char *version;
    struct db_rows rows;
    int code = EXIT_FAILURE;

    if (!ctl_database_open(&database, argc, argv))
        goto out;
    if (db_call(database.db, database.arena, &statement_ready, NULL, &rows) != STATUS_OK) {
        fputs("riggerctl status: no database, or no schema in it: see rigger migrate\n", stderr);
        goto out;
    }
    version = db_text(&rows, 0, "schema_version");
    if (version == NULL || strcmp(version, migrate_schema_version()) != 0) {
        fputs("riggerctl status: the schema is not this program's: run rigger migrate\n", stderr);
        goto out;
    }
    code = print_statement(&database, &statement_admin_status, &rows);
    if (code != EXIT_SUCCESS)
        goto out;
    if (!database.json)
        puts("\nviolated invariants (none is the only good answer):");
    code = print_statement(&database, &statement_admin_check_invariants, &rows);
    if (code == EXIT_SUCCESS && rows.count > 0)
        code = EXIT_FAILURE;
out:
    ctl_database_close(&database);
    return code;
}

int ctl_reap(int argc, char **argv)
{
    struct ctl_database database;
    struct db_rows rows;
    int code = EXIT_FAILURE;

    if (ctl_database_open(&database, argc, argv))
        code = print_statement(&database, &statement_reap, &rows);
    ctl_database_close(&database);
    return code;
}
