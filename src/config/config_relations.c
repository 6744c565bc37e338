/* What settings must be to each other, and what the chosen providers cannot do without. Asked once each
 * setting is right by itself. */
#include "config/config_internal.h"

#include "crypto/validator.h"

#include <string.h>

#define MEBIBYTE ((int64_t)1 << 20)

struct relations {
    const struct config *config;
    config_report *report;
    void *reported;
};

static void tell(const struct relations *check, const char *section, const char *key, const char *error)
{
    check->report(check->reported, section, key, error);
}

static bool is_hex(const struct secret *secret)
{
    return secret->length % 2 == 0 && strspn(secret->text, "0123456789abcdefABCDEF") == secret->length;
}

static void check_env_dump_secret(const struct relations *check, const struct secret *secret, const char *key)
{
    if (secret->text == NULL)
        tell(check, "attestation", key, "missing: environment = old_env_dump needs it");
    else if (!is_hex(secret))
        tell(check, "attestation", key, "not hex: write pairs of hex digits");
}

/* What the chosen providers cannot do without. */
static void check_providers(const struct relations *check)
{
    const struct config *config = check->config;

    /* rule: config.graval_url */
    if (config->attestation.proof_of_work == PROOF_GRAVAL && config->attestation.graval_url[0] == '\0')
        tell(check, "attestation", "graval_url", "missing: proof_of_work = graval needs it");
    /* rule: config.old_env_dump */
    if (config->attestation.environment == ENVIRONMENT_OLD_ENV_DUMP) {
        check_env_dump_secret(check, &config->attestation.old_env_dump_master_key, "old_env_dump_master_key");
        check_env_dump_secret(check, &config->attestation.old_env_dump_salt, "old_env_dump_salt");
    }
    /* rule: config.environment */
    if (config->attestation.environment == ENVIRONMENT_COMMAND &&
        config->attestation.environment_command[0] == '\0')
        tell(check, "attestation", "environment_command", "missing: environment = command needs it");
    /* rule: config.filesystem */
    if (config->attestation.filesystem == FILESYSTEM_COMMAND &&
        config->attestation.filesystem_command[0] == '\0')
        tell(check, "attestation", "filesystem_command", "missing: filesystem = command needs it");
}

/* What a worker takes at most, by docs/figures.md, "Memory of a request". */
static void check_memory(const struct relations *check)
{
    const struct config *config = check->config;
    int64_t body = config->server.body_max_bytes > config->server.claim_body_max_bytes
                       ? config->server.body_max_bytes
                       : config->server.claim_body_max_bytes;

    /* rule: config.worker_memory */
    if (config->server.worker_memory_mb * MEBIBYTE < 96 * MEBIBYTE + 8 * body)
        tell(check, "server", "worker_memory_mb",
             "too small: 96 MiB plus eight times the largest of body_max_bytes and claim_body_max_bytes");
}

void config_check_relations(const struct config *config, config_report *report, void *reported)
{
    const struct relations relations = { config, report, reported }, *check = &relations;

    /* rule: config.sockets */
    if (strcmp(config->server.fast_socket, config->server.slow_socket) == 0)
        tell(check, "server", "slow_socket", "must differ from fast_socket");
    check_memory(check);
    /* rule: config.validator_seed */
    if (config->launch.validator_seed.text != NULL &&
        !validator_seed_is_of(&config->launch.validator_seed, config->launch.validator_ss58))
        tell(check, "launch", "validator_seed",
             "not the seed of validator_ss58: compare riggerctl keygen --seed");
    check_providers(check);
    config_check_secrets(config, report, reported);
}
