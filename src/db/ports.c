/* Reads a connection string as PQconnectStartParams would, as far as hosts and ports go. */
#include "db/ports.h"

#include "db/dial.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PORT_MAX   65535
#define PATH_BYTES 4096

/* The value of a keyword in the string, else in the environment; NULL: neither, or empty. */
static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword != NULL; options++) {
        const char *value = options->val;

        if (strcmp(options->keyword, keyword) != 0)
            continue;
        if (value == NULL && options->envvar != NULL)
            value = getenv(options->envvar);
        return value != NULL && value[0] != '\0' ? value : NULL;
    }
    return NULL;
}

/* True if an element of a list of hosts is neither empty nor a directory or name of a Unix socket. */
static bool names_a_host(const char *list)
{
    while (true) {
        if (*list != '\0' && *list != ',' && *list != '/' && *list != '@')
            return true;
        list += strcspn(list, ",");
        if (*list == '\0')
            return false;
        list++;
    }
}

static void add_ports(struct db_ports *ports, const char *list)
{
    char *end;

    while (true) {
        long port = strtol(list, &end, 10);

        if (end != list && port > 0 && port <= PORT_MAX && ports->count < DB_PORTS_MAX)
            ports->port[ports->count++] = (uint16_t)port;
        else
            ports->any = true;
        list = end + strcspn(end, ",");
        if (*list == '\0')
            return;
        list++;
    }
}

void db_ports_of(const char *dsn, struct db_ports *ports)
{
    PQconninfoOption *options = dial_dsn_error(dsn) == NULL ? PQconninfoParse(dsn, NULL) : NULL;
    const char *host, *address, *port;

    *ports = (struct db_ports){ .internet = true, .any = true, .abstract = true };
    if (options != NULL && value_of(options, "service") == NULL) {
        host = value_of(options, "host");
        address = value_of(options, "hostaddr");
        port = value_of(options, "port");
        ports->any = false;
        ports->abstract = host != NULL && strchr(host, '@') != NULL;
        ports->internet = (host != NULL && names_a_host(host)) || address != NULL;
        add_ports(ports, port != NULL ? port : "5432");
    }
    PQconninfoFree(options);
}

/* The user's own folder, as libpq finds it; "": none. */
static void find_home(char home[PATH_BYTES])
{
    const char *set = getenv("HOME");
    char text[PATH_BYTES];
    struct passwd user, *found = NULL;

    if (set == NULL || set[0] == '\0')
        set = getpwuid_r(geteuid(), &user, text, sizeof(text), &found) == 0 && found != NULL ? found->pw_dir
                                                                                             : "";
    snprintf(home, PATH_BYTES, "%s", set);
}

void db_files_of(const char *dsn, void (*take)(void *to, const char *path), void *to)
{
    static const char *const keywords[] = { "passfile", "sslcert",   "sslkey",
                                            "sslcrl",   "sslcrldir", "sslrootcert" };
    static const char *const variables[] = { "PGSERVICEFILE", "PGSYSCONFDIR" };
    static const char *const at_home[] = { ".pgpass", ".pg_service.conf", ".postgresql" };
    PQconninfoOption *options = dial_dsn_error(dsn) == NULL ? PQconninfoParse(dsn, NULL) : NULL;
    char home[PATH_BYTES], path[PATH_BYTES + 32];

    for (size_t i = 0; options != NULL && i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        const char *value = value_of(options, keywords[i]);

        if (value != NULL)
            take(to, value);
    }
    PQconninfoFree(options);
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        if (getenv(variables[i]) != NULL)
            take(to, getenv(variables[i]));
    }
    find_home(home);
    for (size_t i = 0; home[0] == '/' && i < sizeof(at_home) / sizeof(at_home[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", home, at_home[i]);
        take(to, path);
    }
}
