/* riggerctl chutes, instances, miners and stuck: a view each. */
#include "ctl/ctl.h"

#include "db/statements_admin.h"

int ctl_chutes(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 1)
        return ctl_misused("chutes", "takes one chute at most");
    return ctl_show(&options, &statement_admin_chutes,
                    (const char *[]){ options.argument_count == 1 ? options.arguments[0] : NULL });
}

int ctl_instances(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "cm", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("instances", "takes no arguments: --chute and --miner choose");
    return ctl_show(&options, &statement_admin_instances, (const char *[]){ options.chute, options.miner });
}

int ctl_miners(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 1)
        return ctl_misused("miners", "takes one hotkey at most");
    return ctl_show(&options, &statement_admin_miners,
                    (const char *[]){ options.argument_count == 1 ? options.arguments[0] : NULL });
}

int ctl_stuck(int argc, char **argv)
{
    struct ctl_options options;

    if (!ctl_options_read(&options, "", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("stuck", "takes no arguments");
    return ctl_show(&options, &statement_admin_stuck, NULL);
}
