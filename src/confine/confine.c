/* Decides by role and configuration what a process needs; calls.c and secrets.c see to it. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "confine/confine.h"

#include "confine/calls.h"
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

void confine_tell(const struct config *config)
{
    if (!confine_is_built())
        log_event(LOG_LEVEL_WARNING, "processes are not confined: this build cannot");
    else if (!config->server.confine)
        log_event(LOG_LEVEL_WARNING, "processes are not confined: [server] confine is false");
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
    error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? -errno : calls_confine(&rules);
    if (error == 0)
        return true;
    log_event(
        LOG_LEVEL_ERROR,
        "this process cannot be confined, and does not serve: %s. Let the kernel take its filter, or set "
        "[server] confine = false",
        strerror(-error));
    return false;
}
