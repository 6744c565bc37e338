/* Orders the environment's checks: readable, command, code, the administrator's rules. */
#include "attest/environment.h"

#include "attest/envdump.h"
#include "core/log.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

static enum refusal check_env(struct arena *arena, const struct environment_claim *claim,
                              const char *validator, const unsigned char key[ENVDUMP_KEY_BYTES],
                              json_object *rules)
{
    const struct envdump_command expected = {
        .ref_str = claim->ref_str, .hotkey = claim->hotkey, .validator = validator, .seed = claim->graval_seed
    };
    size_t length = 0;
    char *dump = envdump_open(arena, key, claim->env, &length);
    enum refusal refusal;

    if (dump == NULL)
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    refusal = envdump_check_command(arena, dump, length, &expected);
    if (refusal == REFUSAL_NONE && rules != NULL)
        refusal = envdump_check_rules(dump, length, rules);
    return refusal;
}

static enum refusal check_code(struct arena *arena, const struct environment_claim *claim,
                               const unsigned char key[ENVDUMP_KEY_BYTES])
{
    size_t length = 0;
    char *dump = envdump_open(arena, key, claim->code, &length);

    if (dump == NULL)
        return REFUSAL_CODE_UNREADABLE;
    return envdump_check_code(arena, dump, length, claim->chute_code);
}

/* The administrator's rules; *usable is false where they are no JSON object: then nothing may pass. */
static json_object *parse_rules(struct arena *arena, const char *text, bool *usable)
{
    struct json_fault fault;
    json_object *rules;

    *usable = true;
    if (text == NULL)
        return NULL;
    rules = json_parse_strict(text, strlen(text), &fault);
    json_defer(arena, rules);
    *usable = json_object_is_type(rules, json_type_object);
    return rules;
}

enum status environment_check(const struct config *config, struct arena *arena,
                              const struct environment_claim *claim, enum refusal *refusal)
{
    unsigned char key[ENVDUMP_KEY_BYTES];
    json_object *rules;
    bool usable;

    *refusal = REFUSAL_NONE;
    if (config->attestation.environment == ENVIRONMENT_NONE)
        return STATUS_OK;
    rules = parse_rules(arena, claim->rules, &usable);
    if (!usable || !envdump_derive_key(config->attestation.envdump_master_key.text, claim->env_key,
                                       config->attestation.envdump_salt.text, key)) {
        log_event(LOG_LEVEL_ERROR, "no environment can be judged: %s",
                  usable ? "envdump_master_key or envdump_salt is not hex"
                         : "the setting environment_rules in the database is no JSON object");
        return STATUS_UNAVAILABLE;
    }
    *refusal = check_env(arena, claim, config->launch.validator_ss58, key, rules);
    if (*refusal == REFUSAL_NONE)
        *refusal = check_code(arena, claim, key);
    sodium_memzero(key, sizeof(key));
    return STATUS_OK;
}
