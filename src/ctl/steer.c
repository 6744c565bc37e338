/* riggerctl target, blacklist, evict and requeue: a function each. */
#include "ctl/ctl.h"

#include "db/statements_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_MAX 1000000

/* Calls a function that returns whether it found what it is to change. */
static int steer(const struct ctl_options *options, const struct statement *statement,
                 const char *const *parameters, const char *not_found)
{
    struct ctl_database database;
    struct db_rows rows;
    int code = EXIT_FAILURE;

    if (ctl_database_open(&database, options) && ctl_call(&database, statement, parameters, &rows)) {
        code = db_boolean(&rows, 0, "done") ? EXIT_SUCCESS : EXIT_FAILURE;
        if (code != EXIT_SUCCESS)
            fprintf(stderr, "riggerctl: %s: %s\n", parameters[0], not_found);
        else
            puts(options->json ? "{\"done\":true}" : "done");
    }
    ctl_database_close(&database);
    return code;
}

int ctl_target(int argc, char **argv)
{
    struct ctl_options options;
    char *end;
    long count;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 2)
        return ctl_misused("target", "takes a chute's id and a number");
    count = strtol(options.arguments[1], &end, 10);
    if (end == options.arguments[1] || *end != '\0' || count < 0 || count > COUNT_MAX)
        return ctl_misused("target", "the number is one from 0 to 1000000");
    return steer(&options, &statement_admin_set_target, (const char *const *)options.arguments,
                 "there is no such chute");
}

int ctl_blacklist(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "l", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != (options.lift ? 1 : 2) ||
        (!options.lift && options.arguments[1][0] == '\0'))
        return ctl_misused("blacklist", "takes a hotkey and a reason, or --lift and a hotkey");
    return steer(&options, &statement_admin_blacklist,
                 (const char *[]){ options.arguments[0], options.lift ? NULL : options.arguments[1] },
                 "no such hotkey is registered");
}

int ctl_evict(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 2 || options.arguments[1][0] == '\0')
        return ctl_misused("evict", "takes an instance's id and a reason");
    return steer(&options, &statement_admin_evict, (const char *const *)options.arguments,
                 "there is no such instance");
}

int ctl_requeue(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 1)
        return ctl_misused("requeue", "takes an instance's id");
    return steer(&options, &statement_admin_requeue, (const char *const *)options.arguments,
                 "no instance of the older path, or its verification is open already");
}
