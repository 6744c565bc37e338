/* riggerctl chutes, instances, miners, stuck and limits: a query of sql/queries/ each. */
#include "ctl/ctl.h"

#include "db/calls.h"

#include <stdlib.h>

int ctl_chutes(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_list_chutes_in in = { .chute = NULL };
    struct db_list_chutes_rows rows;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 1)
        return ctl_misused("chutes", "takes one chute at most");
    if (options.argument_count == 1)
        in.chute = options.arguments[0];
    if (ctl_database_open(&database, &options))
        code = ctl_show(&database, db_list_chutes(database.db, database.arena, &in, &rows), &rows.raw);
    ctl_database_close(&database);
    return code;
}

int ctl_instances(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_list_instances_in in;
    struct db_list_instances_rows rows;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "cm", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("instances", "takes no arguments: --chute and --miner choose");
    in = (struct db_list_instances_in){ .chute = options.chute, .hotkey = options.miner };
    if (ctl_database_open(&database, &options))
        code = ctl_show(&database, db_list_instances(database.db, database.arena, &in, &rows), &rows.raw);
    ctl_database_close(&database);
    return code;
}

int ctl_miners(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_list_miners_in in = { .hotkey = NULL };
    struct db_list_miners_rows rows;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 1)
        return ctl_misused("miners", "takes one hotkey at most");
    if (options.argument_count == 1)
        in.hotkey = options.arguments[0];
    if (ctl_database_open(&database, &options))
        code = ctl_show(&database, db_list_miners(database.db, database.arena, &in, &rows), &rows.raw);
    ctl_database_close(&database);
    return code;
}

int ctl_stuck(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_list_stuck_rows rows;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("stuck", "takes no arguments");
    if (ctl_database_open(&database, &options))
        code = ctl_show(&database, db_list_stuck(database.db, database.arena, &rows), &rows.raw);
    ctl_database_close(&database);
    return code;
}

int ctl_list_limits(const struct ctl_options *options)
{
    struct ctl_database database;
    struct db_list_limits_rows rows;
    int code = EXIT_FAILURE;

    if (ctl_database_open(&database, options))
        code = ctl_show(&database, db_list_limits(database.db, database.arena, &rows), &rows.raw);
    ctl_database_close(&database);
    return code;
}
