/* Decides by role and configuration what a process needs; calls.c and secrets.c see to it. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "confine/confine.h"

#include "confine/calls.h"
#include "confine/files.h"
#include "confine/landlock.h"
#include "confine/secrets.h"
#include "core/log.h"
#include "db/ports.h"
#include "net/redis.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

bool confine_is_built(void)
{
#ifdef RIGGER_NO_CONFINE
    return false;
#else
    return true;
#endif
}

bool confine_has_aged(const struct config *config)
{
    if (!confine_is_built() || !config->server.confine || landlock_version() < LANDLOCK_FILES ||
        !files_are_others(config))
        return false;
    log_event(LOG_LEVEL_INFO, "a file that confined processes may read is another now: they are renewed");
    return true;
}

void confine_tell(const struct config *config)
{
    confine_has_aged(config);
    if (!confine_is_built())
        log_event(LOG_LEVEL_WARNING, "processes are not confined: this build cannot");
    else if (!config->server.confine)
        log_event(LOG_LEVEL_WARNING, "processes are not confined: [server] confine is false");
    else if (landlock_version() < LANDLOCK_PORTS)
        log_event(LOG_LEVEL_INFO, "%s are not kept from processes: the kernel's Landlock %s",
                  landlock_version() < LANDLOCK_FILES ? "files to read and TCP ports" : "TCP ports",
                  landlock_version() < LANDLOCK_FILES ? "is missing or off" : "is too old");
}

/* Where there is no process of programs the operator's programs are started by who asks. */
static bool runs_programs(enum role role, const struct config *config)
{
    return role == ROLE_PROGRAMS ||
           (role == ROLE_ALONE && (config->attestation.environment_command[0] != '\0' ||
                                   config->attestation.filesystem_command[0] != '\0'));
}

static bool is_on_the_internet(const char *redis_url)
{
    return redis_url[0] != '\0' && redis_url_port(redis_url) != 0;
}

static bool needs_networks(enum role role, const struct config *config)
{
    struct db_ports database;

    if (role == ROLE_SLOW || role == ROLE_VERIFIER || role == ROLE_ALONE)
        return true;
    db_ports_of(config->database.dsn, &database);
    return database.internet || is_on_the_internet(config->capacity.redis_url) ||
           (role == ROLE_BACKGROUND && is_on_the_internet(config->events.redis_url));
}

void confine_forget(enum role role, struct config *config)
{
    secrets_forget(role, config);
}

#define DNS_PORT   53
#define REDIS_MOST 2

struct reachable {
    struct landlock_rules rules;
    uint16_t port[DB_PORTS_MAX + REDIS_MOST + 1];
};

static void reach(struct reachable *to, int port)
{
    if (port != 0)
        to->port[to->rules.port_count++] = (uint16_t)port;
}

/* The ports that a process may reach: those of pods are any. */
static void find_reachable(enum role role, const struct config *config, struct reachable *to)
{
    struct db_ports database;

    db_ports_of(config->database.dsn, &database);
    *to = (struct reachable){ .rules = { .any_abstract = database.abstract, .port = to->port } };
    to->rules.any_port =
        (role != ROLE_FAST && role != ROLE_BACKGROUND) || (database.internet && database.any);
    for (size_t i = 0; database.internet && i < database.count; i++)
        reach(to, database.port[i]);
    if (config->capacity.redis_url[0] != '\0')
        reach(to, redis_url_port(config->capacity.redis_url));
    if (role == ROLE_BACKGROUND && config->events.redis_url[0] != '\0')
        reach(to, redis_url_port(config->events.redis_url));
    if (to->rules.port_count > 0)
        reach(to, DNS_PORT);
}

struct reading {
    int ruleset, error;
};

static void allow_reading(void *to, const char *path)
{
    struct reading *reading = to;

    if (reading->error == 0)
        reading->error = landlock_allow_reading(reading->ruleset, path);
}

/* 0, or a negative errno. A kernel without Landlock has been told of at the start. */
static int confine_files(enum role role, const struct config *config)
{
    struct reachable reachable;
    struct reading reading = { .error = 0 };

    /* rule: confine.files */
    if (landlock_version() < LANDLOCK_FILES)
        return 0;
    find_reachable(role, config, &reachable);
    reading.ruleset = landlock_begin(&reachable.rules);
    if (reading.ruleset < 0)
        return reading.ruleset;
    files_each(config, allow_reading, &reading);
    if (reading.error == 0)
        return landlock_end(reading.ruleset);
    close(reading.ruleset);
    return reading.error;
}

bool confine_enter(enum role role, const struct config *config, pid_t master)
{
    const struct calls_rules rules = {
        .serves = role == ROLE_FAST || role == ROLE_SLOW || role == ROLE_ALONE,
        .networks = needs_networks(role, config),
        .runs_programs = runs_programs(role, config),
        .self = getpid(),
        .master = role == ROLE_SLOW ? master : 0,
    };
    int error;

    if (!confine_is_built() || !config->server.confine)
        return true;
    error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
    if (error == 0 && !rules.runs_programs)
        error = confine_files(role, config);
    if (error == 0)
        error = calls_confine(&rules);
    if (error == 0)
        return true;
    log_event(
        LOG_LEVEL_ERROR,
        "this process cannot be confined, and does not serve: %s. Let the kernel take its filter, or set "
        "[server] confine = false",
        strerror(-error));
    return false;
}
