/* riggerctl status and reap: how the registry is, and what is overdue in it. */
#include "ctl/ctl.h"

#include "db/calls.h"
#include "db/connection.h"
#include "db/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_status(struct ctl_database *database)
{
    struct db_check_invariants_rows violated;
    struct db_check_documents_rows unusable;
    struct db_status_rows counts;
    struct db_warnings_rows warnings;
    struct db_ready_out schema;

    if (db_ready(database->db, database->arena, &schema) != STATUS_OK) {
        fputs(db_missing_right(database->db) != NULL
                  ? "riggerctl status: a right is missing; the line above says which\n"
                  : "riggerctl status: no database, or no schema in it: see rigger migrate\n",
              stderr);
        return EXIT_FAILURE;
    }
    if (schema.schema_version == NULL || strcmp(schema.schema_version, migrate_schema_version()) != 0) {
        fputs("riggerctl status: the schema is not this program's: run rigger migrate\n", stderr);
        return EXIT_FAILURE;
    }
    if (!ctl_succeeded(db_status(database->db, database->arena, &counts)))
        return EXIT_FAILURE;
    ctl_print_rows(database, &counts.raw);
    if (!ctl_succeeded(db_check_invariants(database->db, database->arena, &violated)))
        return EXIT_FAILURE;
    if (!database->json)
        puts("\nviolated invariants (none is the only good answer):");
    ctl_print_rows(database, &violated.raw);
    if (!ctl_succeeded(db_check_documents(database->db, database->arena, &unusable)))
        return EXIT_FAILURE;
    if (!database->json && unusable.count > 0)
        puts("\nwhat others wrote and cannot be used (requests that meet it are refused):");
    if (unusable.count > 0)
        ctl_print_rows(database, &unusable.raw);
    if (!ctl_succeeded(db_warnings(database->db, database->arena, &warnings)))
        return EXIT_FAILURE;
    if (!database->json && warnings.count > 0)
        puts("\nwarnings:");
    if (warnings.count > 0)
        ctl_print_rows(database, &warnings.raw);
    return violated.count == 0 && warnings.count == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
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
    struct ctl_database database;
    struct ctl_options options;
    struct db_reap_rows reaped;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("reap", "takes no arguments");
    if (ctl_database_open(&database, &options))
        code = ctl_show(&database, db_reap(database.db, database.arena, &reaped), &reaped.raw);
    ctl_database_close(&database);
    return code;
}
