/* What the commands that ask the database share: their options, finding it, asking it. */
#include "ctl/ctl.h"

#include "config/config.h"
#include "core/option.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX_BYTES ((size_t)256 << 20)

int ctl_misused(const char *name, const char *message)
{
    fprintf(stderr, "riggerctl %s: %s\n", name, message);
    return CTL_USAGE;
}

/* The options that take a whole number. */
static const struct number {
    char letter;
    long least, most;
    size_t offset; /* of a long in struct ctl_options */
    const char *error;
} numbers[] = {
    { 'n', 1, 10000, offsetof(struct ctl_options, count), "--count takes a number from 1 to 10000" },
    { 'w', 0, 3600, offsetof(struct ctl_options, wait_s), "--wait takes a number of seconds from 0 to 3600" },
    { 's', 1, 3600, offsetof(struct ctl_options, seconds),
      "--seconds takes a number of seconds from 1 to 3600" },
    { 'L', 1, 1000000, offsetof(struct ctl_options, limit_s),
      "--limit takes a number of seconds from 1 to 1000000" },
    { 'k', 1, 1000000, offsetof(struct ctl_options, iterations),
      "--iterations takes a number from 1 to 1000000" },
};

/* False: said on stderr. */
static bool read_number(struct ctl_options *options, const char *name, int letter, const char *text)
{
    const struct number *number = numbers;
    char *end;
    long value = strtol(text, &end, 10);

    while (number->letter != letter)
        number++;
    *(long *)(void *)((char *)options + number->offset) = value;
    if (end != text && *end == '\0' && value >= number->least && value <= number->most)
        return true;
    ctl_misused(name, number->error);
    return false;
}

bool ctl_options_read(struct ctl_options *options, const char *also, int argc, char **argv)
{
    static const struct option known[] = {
        { "dsn", required_argument, NULL, 'D' },
        { "config", required_argument, NULL, 'C' },
        { "json", no_argument, NULL, 'J' },
        { "chute", required_argument, NULL, 'c' },
        { "miner", required_argument, NULL, 'm' },
        { "count", required_argument, NULL, 'n' },
        { "follow", no_argument, NULL, 'f' },
        { "lift", no_argument, NULL, 'l' },
        { "wait", required_argument, NULL, 'w' },
        { "seconds", required_argument, NULL, 's' },
        { "limit", required_argument, NULL, 'L' },
        { "iterations", required_argument, NULL, 'k' },
        { NULL, 0, NULL, 0 },
    };
    int option;

    *options = (struct ctl_options){ .wait_s = -1 };
    while ((option = option_next("riggerctl", argc, argv, "", known, NULL)) != -1) {
        if (option == '?')
            return false;
        if (strchr("DCJ", option) == NULL && strchr(also, option) == NULL) {
            ctl_misused(argv[0], "takes no such option; see riggerctl help");
            return false;
        }
        if (option == 'D')
            options->dsn = optarg;
        else if (option == 'C')
            options->config_path = optarg;
        else if (option == 'J')
            options->json = true;
        else if (option == 'c')
            options->chute = optarg;
        else if (option == 'm')
            options->miner = optarg;
        else if (option == 'f')
            options->follow = true;
        else if (option == 'l')
            options->lift = true;
        else if (!read_number(options, argv[0], option, optarg))
            return false;
    }
    options->argument_count = argc - optind;
    options->arguments = argv + optind;
    return true;
}

static void prepare_configured(struct ctl_database *database, const char *config_path)
{
    struct config *config = config_load(config_path, stderr);

    if (config == NULL)
        return;
    database->db = db_create_for_dsn(config->database.dsn);
    database->targets_in_redis = config->capacity.redis_url[0] != '\0';
    config_free(config);
}

bool ctl_database_open(struct ctl_database *database, const struct ctl_options *options)
{
    *database = (struct ctl_database){ .arena = arena_create(ARENA_MAX_BYTES), .json = options->json };
    if (options->dsn != NULL)
        database->db = db_create_for_dsn(options->dsn);
    else
        prepare_configured(database, options->config_path);
    return database->db != NULL;
}

void ctl_database_close(struct ctl_database *database)
{
    db_free(database->db);
    arena_free(database->arena);
}

bool ctl_succeeded(enum status status)
{
    if (status == STATUS_OK)
        return true;
    fputs("riggerctl: the database did not do it, or nobody has confirmed it; the reason is in the line "
          "above\n",
          stderr);
    return false;
}

int ctl_report(const struct ctl_options *options, enum status status, const struct db_boolean *found,
               const char *not_found)
{
    if (!ctl_succeeded(status))
        return EXIT_FAILURE;
    if (!found->value) {
        fprintf(stderr, "riggerctl: %s: %s\n", options->arguments[0], not_found);
        return EXIT_FAILURE;
    }
    puts(options->json ? "{\"done\":true}" : "done");
    return EXIT_SUCCESS;
}

int ctl_show(const struct ctl_database *database, enum status status, const struct db_rows *rows)
{
    if (!ctl_succeeded(status))
        return EXIT_FAILURE;
    ctl_print_rows(database, rows);
    return EXIT_SUCCESS;
}
