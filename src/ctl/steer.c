/* riggerctl limits, blacklist, evict and requeue: an SQL function each. */
#include "ctl/ctl.h"

#include "db/calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT_INITIAL "initial"

/* True for decimal digits with a point at most; whether the limit allows it is the database's to say. */
static bool is_number(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;

    if (*rest == '.')
        rest += 1 + strspn(rest + 1, "0123456789");
    return whole > 0 && *rest == '\0';
}

int ctl_limits(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_set_limit_in in;
    struct db_set_limit_out out;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count == 0)
        return ctl_list_limits(&options);
    if (options.argument_count != 2 ||
        (strcmp(options.arguments[1], LIMIT_INITIAL) != 0 && !is_number(options.arguments[1])))
        return ctl_misused("limits", "takes nothing, or the name of a limit and a number or \"initial\"");
    in = (struct db_set_limit_in){ .name = options.arguments[0] };
    if (strcmp(options.arguments[1], LIMIT_INITIAL) != 0)
        in.value = options.arguments[1];
    if (ctl_database_open(&database, &options))
        code = ctl_report(&options, db_set_limit(database.db, database.arena, &in, &out), &out.returned,
                          "there is no such limit");
    ctl_database_close(&database);
    return code;
}

int ctl_blacklist(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_blacklist_in in;
    struct db_blacklist_out out;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "l", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != (options.lift ? 1 : 2) ||
        (!options.lift && options.arguments[1][0] == '\0'))
        return ctl_misused("blacklist", "takes a hotkey and a reason, or --lift and a hotkey");
    in = (struct db_blacklist_in){ .hotkey = options.arguments[0],
                                   .reason = options.lift ? NULL : options.arguments[1] };
    if (ctl_database_open(&database, &options))
        code = ctl_report(&options, db_blacklist(database.db, database.arena, &in, &out), &out.returned,
                          "no such hotkey is registered");
    ctl_database_close(&database);
    return code;
}

int ctl_evict(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_evict_in in;
    struct db_evict_out out;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 2 || options.arguments[1][0] == '\0')
        return ctl_misused("evict", "takes an instance's id and a reason");
    in = (struct db_evict_in){ .instance_id = options.arguments[0], .reason = options.arguments[1] };
    if (ctl_database_open(&database, &options))
        code = ctl_report(&options, db_evict(database.db, database.arena, &in, &out), &out.returned,
                          "there is no such instance");
    ctl_database_close(&database);
    return code;
}

int ctl_requeue(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_requeue_verification_in in;
    struct db_requeue_verification_out out;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 1)
        return ctl_misused("requeue", "takes an instance's id");
    in = (struct db_requeue_verification_in){ .instance_id = options.arguments[0] };
    if (ctl_database_open(&database, &options))
        code = ctl_report(&options, db_requeue_verification(database.db, database.arena, &in, &out),
                          &out.returned, "no instance of an old SDK, or its verification is open already");
    ctl_database_close(&database);
    return code;
}
