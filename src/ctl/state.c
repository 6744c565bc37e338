/* riggerctl status and reap: how the registry is, and what is overdue in it. */
#include "ctl/ctl.h"

#include "db/migrate.h"
#include "db/statements.h"
#include "db/statements_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_status(struct ctl_database *database)
{
    const char *version;
    struct db_rows rows;

    if (db_call(database->db, database->arena, &statement_ready, NULL, &rows) != STATUS_OK) {
        fputs("riggerctl status: no database, or no schema in it: see rigger migrate\n", stderr);
        return EXIT_FAILURE;
    }
    version = db_text(&rows, 0, "schema_version");
    if (version == NULL || strcmp(version, migrate_schema_version()) != 0) {
        fputs("riggerctl status: the schema is not this program's: run rigger migrate\n", stderr);
        return EXIT_FAILURE;
    }
    if (!ctl_call(database, &statement_admin_status, NULL, &rows))
        return EXIT_FAILURE;
    ctl_print_rows(database, &rows);
    if (!ctl_call(database, &statement_admin_check_invariants, NULL, &rows))
        return EXIT_FAILURE;
    if (!database->json)
        puts("\nviolated invariants (none is the only good answer):");
    ctl_print_rows(database, &rows);
    return rows.count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int ctl_status(int argc, char **argv)
{
    struct ctl_database database;
    struct ctl_options options;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("status", "takes no arguments");
    if (ctl_database_open(&database, &options))
        code = print_status(&database);
    ctl_database_close(&database);
    return code;
}

int ctl_reap(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("reap", "takes no arguments");
    return ctl_show(&options, &statement_admin_reap, NULL);
}
