/* What the commands that ask the database share: their options, finding it, asking it. */
#include "ctl/ctl.h"

#include "config/config.h"
#include "core/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX_BYTES ((size_t)256 << 20)
#define COUNT_MAX       10000

int ctl_misused(const char *name, const char *message)
{
    fprintf(stderr, "riggerctl %s: %s\n", name, message);
    return CTL_USAGE;
}

static bool read_count(struct ctl_options *options, const char *text)
{
    char *end;

    options->count = strtol(text, &end, 10);
    return end != text && *end == '\0' && options->count >= 1 && options->count <= COUNT_MAX;
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
        { NULL, 0, NULL, 0 },
    };
    int option;

    *options = (struct ctl_options){ .json = false };
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
        else if (!read_count(options, optarg)) {
            ctl_misused(argv[0], "--count takes a number from 1 to 10000");
            return false;
        }
    }
    options->argument_count = argc - optind;
    options->arguments = argv + optind;
    return true;
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

bool ctl_database_open(struct ctl_database *database, const struct ctl_options *options)
{
    *database = (struct ctl_database){ .arena = arena_create(ARENA_MAX_BYTES), .json = options->json };
    database->db =
        options->dsn != NULL ? db_create_for_dsn(options->dsn) : connect_configured(options->config_path);
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
    fputs("riggerctl: the database did not do it; the reason is in the line above\n", stderr);
    return false;
}

int ctl_show(const struct ctl_database *database, enum status status, const struct db_rows *rows)
{
    if (!ctl_succeeded(status))
        return EXIT_FAILURE;
    ctl_print_rows(database, rows);
    return EXIT_SUCCESS;
}
