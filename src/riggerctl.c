/* The operator's tool: finds the command and hands over. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "ctl/ctl.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct ctl_command ctl_commands[] = {
    { "keygen", "[--seed HEX] [--json]", "make a hotkey, or show the address of a seed", ctl_keygen },
    { "sign", "METHOD PATH [--body FILE] [--seed-file FILE] [--count N] [--curl | --json | --tsv]",
      "headers of a request signed by $RIGGER_SEED", ctl_sign },
    { "token", "[--config FILE] TOKEN | -", "what a launch token says, and whether it is good; exit 1 if not",
      ctl_token },
    { "status", "", "how the registry is; exit 1 if a promise is broken", ctl_status },
    { "chutes", "[CHUTE]", "how many instances chutes have and should have", ctl_chutes },
    { "instances", "[--chute CHUTE] [--miner HOTKEY]", "the instances", ctl_instances },
    { "miners", "[HOTKEY]", "the miners, what they have and how they do", ctl_miners },
    { "stuck", "", "what is waiting, and when the reaper takes it", ctl_stuck },
    { "events", "tail [--count N] [--follow]", "the newest events", ctl_events },
    { "target", "[--wait SECONDS] CHUTE N",
      "say how many instances a chute should have; exit 3 if Redis does not have it by then", ctl_target },
    { "limits", "[NAME VALUE | NAME initial]", "the limits, or change one", ctl_limits },
    { "blacklist", "HOTKEY REASON | --lift HOTKEY", "shut a miner out, or let it in again", ctl_blacklist },
    { "evict", "INSTANCE REASON", "take an instance away", ctl_evict },
    { "requeue", "INSTANCE", "have an instance of an old SDK verified again", ctl_requeue },
    { "reap", "", "undo what is overdue, now", ctl_reap },
    { "calibrate", "[--seconds N] [--limit SECONDS [--iterations K]]",
      "what a proof of matmul takes this machine, and the matmul_n that makes a limit bind", ctl_calibrate },
    { NULL, NULL, NULL, NULL },
};

static void usage(FILE *out)
{
    fputs("usage: riggerctl COMMAND [OPTION ...]\n\n", out);
    for (const struct ctl_command *command = ctl_commands; command->name != NULL; command++)
        fprintf(out, "  %s %s\n      %s\n", command->name, command->arguments, command->summary);
    fputs("\nCommands that ask the database take --dsn DSN or --config FILE (else the default "
          "configuration), and\n"
          "--json, which prints a line of JSON a row. See riggerctl(1).\n",
          out);
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        fputs("riggerctl: libsodium could not be initialised\n", stderr);
        return EXIT_FAILURE;
    }
    if (argc < 2) {
        usage(stderr);
        return CTL_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
        usage(stdout);
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("riggerctl " PACKAGE_VERSION);
        return EXIT_SUCCESS;
    }
    for (const struct ctl_command *command = ctl_commands; command->name != NULL; command++) {
        if (strcmp(argv[1], command->name) == 0)
            return command->run(argc - 1, argv + 1);
    }
    /* What is no word may be a connection string in the wrong place. */
    if (strspn(argv[1], "abcdefghijklmnopqrstuvwxyz_-") == strlen(argv[1]))
        fprintf(stderr, "riggerctl: no such command: %s; see riggerctl help\n", argv[1]);
    else
        fputs("riggerctl: the first word is no command; see riggerctl help\n", stderr);
    return CTL_USAGE;
}
