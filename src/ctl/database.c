/* What the commands that ask the database share: their options, finding it, asking it. */
#include "ctl/ctl.h"

#include "config/config.h"
#include "core/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX_BYTES ((size_t)256 << 20)
#define COUNT_MAX       10000
#define WAIT_MAX_S      3600

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

static bool read_wait(struct ctl_options *options, const char *text)
{
    char *end;

    options->wait_s = strtol(text, &end, 10);
    return end != text && *end == '\0' && options->wait_s >= 0 && options->wait_s <= WAIT_MAX_S;
}

bool ctl_options_read(struct ctl_options *options, const char *also, int argc, char **argv)
{
    static const struct option known[] = {
        { "dsn", required_argument, NULL, 'D' },   { "config", required_argument, NULL, 'C' },
        { "json", no_argument, NULL, 'J' },        { "chute", required_argument, NULL, 'c' },
        { "miner", required_argument, NULL, 'm' }, { "count", required_argument, NULL, 'n' },
        { "follow", no_argument, NULL, 'f' },      { "lift", no_argument, NULL, 'l' },
        { "wait", required_argument, NULL, 'w' },  { NULL, 0, NULL, 0 },
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
        else if (option == 'w') {
            if (!read_wait(options, optarg)) {
                ctl_misused(argv[0], "--wait takes a number of seconds from 0 to 3600");
                return false;
            }
        } else if (!read_count(options, optarg)) {
            ctl_misused(argv[0], "--count takes a number from 1 to 10000");
            return false;
        }
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
