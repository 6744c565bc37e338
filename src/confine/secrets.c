/* One table: a secret, and who keeps it. One that is not in it is kept by nobody. */
#include "confine/secrets.h"

#include <ctype.h>
#include <sodium.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_BYTES 128

#define OF(role)     (1u << ROLE_##role)
#define REQUESTS     (OF(FAST) | OF(SLOW) | OF(ALONE))
#define KEPT(member) .offset = offsetof(struct config, member)

static const struct {
    size_t offset;
    unsigned roles;
} kept[] = {
    { KEPT(launch.launch_secret), REQUESTS },
    { KEPT(launch.launch_key), REQUESTS },
    { KEPT(launch.account_encryption_key), REQUESTS },
    { KEPT(launch.ip_check_salt), OF(FAST) | OF(ALONE) },
    /* rule: confine.seed */
    { KEPT(launch.validator_seed), OF(VERIFIER) },
    { KEPT(attestation.old_env_dump_master_key), OF(SLOW) | OF(VERIFIER) | OF(ALONE) },
    { KEPT(attestation.old_env_dump_salt), OF(SLOW) | OF(VERIFIER) | OF(ALONE) },
    { KEPT(capacity.redis_password), REQUESTS | OF(BACKGROUND) },
    { KEPT(events.redis_password), OF(BACKGROUND) },
    { KEPT(database.dsn), REQUESTS | OF(BACKGROUND) | OF(VERIFIER) },
};

static bool is_kept(const struct setting *setting, enum role role)
{
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (kept[i].offset == setting->offset)
            return (kept[i].roles & 1u << role) != 0;
    }
    return false;
}

static void wipe_setting(struct config *config, const struct setting *setting)
{
    void *place = (char *)config + setting->offset;

    if (setting->type == SETTING_SECRET)
        secret_clear(place);
    else
        sodium_memzero(*(char **)place, strlen(*(char **)place));
}

/* The value of a variable, where the kernel put it: /proc shows it as well. */
static void wipe_variable(const char *name)
{
    size_t length = strlen(name);

    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            sodium_memzero(*entry + length + 1, strlen(*entry + length + 1));
    }
}

static void wipe_variable_of(const struct setting *setting)
{
    char name[NAME_BYTES];

    snprintf(name, sizeof(name), "RIGGER_%s_%s", setting->section, setting->key);
    for (char *at = name; *at != '\0'; at++)
        *at = (char)toupper((unsigned char)*at);
    wipe_variable(name);
}

void secrets_forget(enum role role, struct config *config)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *setting = &config_settings[i];

        if (setting->type != SETTING_SECRET && setting->type != SETTING_DSN)
            continue;
        wipe_variable_of(setting);
        if (!is_kept(setting, role))
            wipe_setting(config, setting);
    }
    if (role == ROLE_PROGRAMS)
        wipe_variable("PGPASSWORD");
}
