/* The responder: reads the command line and hands over. Nothing of a request happens here. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "config/config.h"
#include "core/log.h"
#include "core/option.h"
#include "db/migrate.h"
#include "endpoints/registry.h"
#include "server/listener.h"
#include "server/master.h"
#include "server/process.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct arguments {
    const char *config_path, *dsn;
    bool serve_unbilled;
};

static void usage(FILE *out)
{
    fputs("usage: rigger COMMAND [--config FILE]\n\n"
          "  serve              the responder: a master and its workers\n"
          "  migrate [--dsn D] [--serve-unbilled]\n"
          "                     bring the database's schema up to date\n"
          "  check-config       say what is wrong with the configuration\n"
          "  dump-config        print the whole configuration, secrets masked\n"
          "  routes             print what is served: method, path, and the pool it belongs to\n\n"
          "Without a command: one FastCGI worker where standard input is a listening socket,\n"
          "one request where the environment is that of a CGI program.\n"
          "--config defaults to $RIGGER_CONFIG, then " CONFIG_DEFAULT_PATH ". See rigger(8).\n",
          out);
}

static int serve(const struct arguments *arguments)
{
    struct config *config = config_load(arguments->config_path, stderr);

    return config == NULL ? EX_CONFIG : master_run(config, arguments->config_path);
}

static int migrate(const struct arguments *arguments)
{
    struct config *config;
    bool migrated;

    if (arguments->dsn != NULL)
        return migrate_run(arguments->dsn, arguments->serve_unbilled, stdout, stderr) ? EXIT_SUCCESS
                                                                                      : EXIT_FAILURE;
    config = config_load(arguments->config_path, stderr);
    if (config == NULL)
        return EX_CONFIG;
    migrated = migrate_run(config->database.dsn, arguments->serve_unbilled, stdout, stderr);
    config_free(config);
    return migrated ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int check_config(const struct arguments *arguments)
{
    struct config *config = config_load(arguments->config_path, stderr);
    const struct setting *setting = NULL;
    const char *why;

    if (config == NULL)
        return EX_CONFIG;
    while ((setting = config_next_weak(config, setting, &why)) != NULL)
        fprintf(stderr, "warning: [%s] %s is weak: %s\n", setting->section, setting->key, why);
    printf("The configuration is good. A web server has to wait %" PRId64 " s for an answer.\n",
           process_longest_wait_ms(config) / 1000 + 1);
    config_free(config);
    return EXIT_SUCCESS;
}

static int dump_config(const struct arguments *arguments)
{
    struct config *config = config_load(arguments->config_path, stderr);

    if (config == NULL)
        return EX_CONFIG;
    config_dump(config, stdout);
    config_free(config);
    return EXIT_SUCCESS;
}

/* For operators who write a web server's routing, and for the test that holds ours against it. */
static int routes(const struct arguments *arguments)
{
    (void)arguments;
    for (size_t i = 0; endpoint_registry[i] != NULL; i++)
        printf("%-6s %-52s %s\n", http_method_name(endpoint_registry[i]->method), endpoint_registry[i]->path,
               pool_name(endpoint_registry[i]->pool));
    return EXIT_SUCCESS;
}

/* Started by a web server: by a FastCGI process manager, or as a CGI program. */
static int serve_web_server(void)
{
    bool fastcgi = listener_is(STDIN_FILENO);
    struct config *config;
    struct process process = { .kind = fastcgi ? PROCESS_BARE : PROCESS_CGI,
                               .listener = STDIN_FILENO,
                               .door = -1 };
    int code;

    if (!fastcgi && getenv("GATEWAY_INTERFACE") == NULL) {
        usage(stderr);
        return 2;
    }
    config = config_load(NULL, stderr);
    if (config == NULL) {
        if (!fastcgi)
            fputs("Status: 500 Internal Server Error\r\nContent-Type: application/json\r\n\r\n"
                  "{\"detail\": \"Internal Server Error\"}",
                  stdout);
        return EX_CONFIG;
    }
    process_prepare();
    process.config = config;
    code = process_run(&process);
    config_free(config);
    return code;
}

static const struct {
    const char *name;
    int (*run)(const struct arguments *arguments);
} commands[] = {
    { "serve", serve },
    { "migrate", migrate },
    { "check-config", check_config },
    { "dump-config", dump_config },
    { "routes", routes },
};

int main(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' },   { "dsn", required_argument, NULL, 'd' },
        { "serve-unbilled", no_argument, NULL, 'u' }, { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },        { NULL, 0, NULL, 0 },
    };
    struct arguments arguments = { NULL, NULL, false };
    int option;

    if (sodium_init() < 0) {
        fputs("rigger: libsodium could not be initialised\n", stderr);
        return EXIT_FAILURE;
    }
    while ((option = option_next("rigger", argc, argv, "c:d:hV", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            arguments.config_path = optarg;
            break;
        case 'd':
            arguments.dsn = optarg;
            break;
        case 'u':
            arguments.serve_unbilled = true;
            break;
        case 'h':
            usage(stdout);
            return EXIT_SUCCESS;
        case 'V':
            puts("rigger " PACKAGE_VERSION);
            return EXIT_SUCCESS;
        default:
            usage(stderr);
            return 2;
        }
    }
    if (optind == argc)
        return serve_web_server();
    for (size_t i = 0; optind == argc - 1 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[optind], commands[i].name) == 0)
            return commands[i].run(&arguments);
    }
    usage(stderr);
    return 2;
}
