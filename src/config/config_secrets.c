/* What secrets must be to each other, and which of those that others chose are weak. Called once each setting
 * is right by itself. Nothing here may say in words what a secret is. */
#include "config/config_internal.h"

#include <sodium.h>
#include <string.h>

/* What the Python service of a Chutes network signs with where nobody set its variable: SHA-256 of
 * "launch-secret" in hex. Whoever reads its source knows it. */
#define THEIR_DEFAULT_KEY "64922df544abf1200189d5d7cb69c4b5c4e68336ed203518504f2fe5b5457e20"

static bool are_equal(const struct secret *one, const struct secret *other)
{
    return one->length == other->length && sodium_memcmp(one->text, other->text, other->length) == 0;
}

void config_check_secrets(const struct config *config, config_report *report, void *reported)
{
    const struct secret *key = &config->launch.launch_key, *secret = &config->launch.launch_secret;
    const struct secret *signing = key->text != NULL ? key : secret;

    /* token_check publishes a digest of the salt, against which guesses at a shared secret could be tried. */
    /* rule: config.salt */
    if (are_equal(signing, &config->launch.ip_check_salt))
        report(reported, "launch", "ip_check_salt",
               key->text != NULL ? "must differ from launch_key" : "must differ from launch_secret");
    /* rule: config.launch_key_known */
    if (key->text != NULL && strcmp(key->text, THEIR_DEFAULT_KEY) == 0)
        report(reported, "launch", "launch_key",
               "everybody knows it: set LAUNCH_CONFIG_KEY of the Python service, then the same here");
}

const struct setting *config_next_weak(const struct config *config, const struct setting *last,
                                       const char **why)
{
    size_t first = last == NULL ? 0 : (size_t)(last - config_settings) + 1;

    for (size_t i = first; i < config_setting_count; i++) {
        const struct setting *setting = &config_settings[i];
        const struct secret *secret;

        if (!setting->of_others)
            continue;
        secret = (const struct secret *)(const void *)((const char *)config + setting->offset);
        *why = secret->text != NULL ? secret_error(secret->text) : NULL;
        if (*why != NULL)
            return setting;
    }
    return NULL;
}
