/* Readable, the command, the administrator's rules, the code: in that order. No refusal tells what was
 * expected, for the code of a private chute belongs to its owner. */
#include "attest/environment.h"

#include "attest/old_env_dump.h"
#include "core/encode.h"
#include "core/log.h"
#include "json/json.h"

#include <regex.h>
#include <sodium.h>
#include <string.h>

/* The word without a leading path. */
static const char *base_name(const char *word)
{
    const char *slash = strrchr(word, '/');

    return slash != NULL ? slash + 1 : word;
}

/* "python", "python3" or "python3.x". */
static bool is_python(const char *name)
{
    if (strncmp(name, "python", 6) != 0)
        return false;
    name += 6;
    if (name[0] == '\0' || strcmp(name, "3") == 0)
        return true;
    return strncmp(name, "3.", 2) == 0 && name[2] != '\0' &&
           strspn(name + 2, "0123456789") == strlen(name + 2);
}

bool environment_command_matches(struct arena *arena, const char *cmdline,
                                 const struct environment_command *expected)
{
    char *line = arena_strdup(arena, cmdline), *chutes, *rest;
    const char *wanted;

    chutes = strchr(line, ' ');
    if (chutes == NULL)
        return false;
    *chutes++ = '\0';
    rest = strchr(chutes, ' ');
    if (rest == NULL)
        return false;
    *rest++ = '\0';
    wanted =
        arena_printf(arena, "run %s --port 8000%s%s --miner-ss58 %s --validator-ss58 %s", expected->ref_str,
                     expected->seed != NULL ? " --graval-seed " : "",
                     expected->seed != NULL ? expected->seed : "", expected->hotkey, expected->validator);
    /* rule: environment.python, rule: environment.chutes, rule: environment.command */
    return is_python(base_name(line)) && strcmp(base_name(chutes), "chutes") == 0 &&
           strcmp(rest, wanted) == 0;
}

static json_object *parse_object(struct arena *arena, const char *text, size_t length)
{
    struct json_error error;
    json_object *object = json_parse_strict(text, length, &error);

    json_defer(arena, object);
    return json_object_is_type(object, json_type_object) ? object : NULL;
}

enum refusal environment_check_processes(struct arena *arena, const char *dump, size_t length,
                                         const struct environment_command *expected)
{
    json_object *root = parse_object(arena, dump, length), *processes = NULL, *first = NULL, *pid = NULL;
    const char *user, *cmdline;

    if (root == NULL || !json_object_object_get_ex(root, "all_processes", &processes) ||
        !json_object_is_type(processes, json_type_array))
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    first = json_object_array_get_idx(processes, 0);
    /* rule: environment.pid */
    if (!json_object_is_type(first, json_type_object) || !json_object_object_get_ex(first, "pid", &pid) ||
        !json_object_is_type(pid, json_type_int) || json_object_get_int64(pid) != 1)
        return REFUSAL_ENVIRONMENT_COMMAND_WRONG;
    user = json_get_text(first, "username");
    cmdline = json_get_text(first, "cmdline");
    /* rule: environment.user */
    if (user == NULL || strcmp(user, "chutes") != 0 || cmdline == NULL ||
        !environment_command_matches(arena, cmdline, expected))
        return REFUSAL_ENVIRONMENT_COMMAND_WRONG;
    return REFUSAL_NONE;
}

enum refusal environment_check_code(struct arena *arena, const char *dump, size_t length, const char *code)
{
    json_object *root = parse_object(arena, dump, length);
    const char *content = root != NULL ? json_get_text(root, "content") : NULL;
    size_t found_length = 0;
    unsigned char *found;

    if (content == NULL)
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    found = base64_decode(arena, content, strlen(content), &found_length);
    /* rule: environment.code */
    if (found == NULL || found_length != strlen(code) || memcmp(found, code, found_length) != 0)
        return REFUSAL_CODE_DIFFERS;
    return REFUSAL_NONE;
}

/* One rule against what its pointer found (NULL: nothing). */
static bool rule_holds(json_object *rule, bool there, json_object *value)
{
    json_object *wanted = NULL;
    regex_t pattern;
    bool matches;

    if (json_object_object_get_ex(rule, "present", &wanted))
        return there == json_object_get_boolean(wanted);
    if (json_object_object_get_ex(rule, "equals", &wanted))
        return there && json_object_equal(wanted, value);
    if (!json_object_object_get_ex(rule, "matches", &wanted) ||
        !json_object_is_type(wanted, json_type_string) || !json_object_is_type(value, json_type_string) ||
        regcomp(&pattern, json_object_get_string(wanted), REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    matches = regexec(&pattern, json_object_get_string(value), 0, NULL, 0) == 0;
    regfree(&pattern);
    return matches;
}

enum refusal environment_check_rules(const char *dump, size_t length, json_object *rules)
{
    struct json_error error;
    json_object *root = json_parse_strict(dump, length, &error);
    enum refusal refusal = REFUSAL_NONE;

    if (root == NULL)
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    json_object_object_foreach(rules, pointer, rule)
    {
        json_object *value = NULL;
        bool there = json_pointer_get(root, pointer, &value) == 0;

        if (!json_object_is_type(rule, json_type_object) || !rule_holds(rule, there, value))
            /* rule: environment.rules */
            refusal = REFUSAL_ENVIRONMENT_RULE_BROKEN;
    }
    json_object_put(root);
    return refusal;
}

static enum refusal check_env(struct arena *arena, const struct environment_claim *claim,
                              const char *validator, const unsigned char key[OLD_ENV_DUMP_KEY_BYTES],
                              json_object *rules)
{
    const struct environment_command expected = {
        .ref_str = claim->ref_str, .hotkey = claim->hotkey, .validator = validator, .seed = claim->graval_seed
    };
    size_t length = 0;
    char *dump = old_env_dump_open(arena, key, claim->env, &length);
    enum refusal refusal;

    if (dump == NULL)
        return REFUSAL_ENVIRONMENT_UNREADABLE;
    refusal = environment_check_processes(arena, dump, length, &expected);
    if (refusal == REFUSAL_NONE && rules != NULL)
        refusal = environment_check_rules(dump, length, rules);
    return refusal;
}

static enum refusal check_code(struct arena *arena, const struct environment_claim *claim,
                               const unsigned char key[OLD_ENV_DUMP_KEY_BYTES])
{
    size_t length = 0;
    char *dump = old_env_dump_open(arena, key, claim->code, &length);

    if (dump == NULL)
        return REFUSAL_CODE_UNREADABLE;
    return environment_check_code(arena, dump, length, claim->chute_code);
}

/* The administrator's rules; *usable is false where they are no JSON object: then nothing may pass. */
static json_object *parse_rules(struct arena *arena, const char *text, bool *usable)
{
    struct json_error error;
    json_object *rules;

    *usable = true;
    if (text == NULL)
        return NULL;
    rules = json_parse_strict(text, strlen(text), &error);
    json_defer(arena, rules);
    *usable = json_object_is_type(rules, json_type_object);
    return rules;
}

enum status environment_check(const struct config *config, struct arena *arena,
                              const struct environment_claim *claim, enum refusal *refusal)
{
    unsigned char key[OLD_ENV_DUMP_KEY_BYTES];
    json_object *rules;
    bool usable;

    *refusal = REFUSAL_NONE;
    if (config->attestation.environment == ENVIRONMENT_NONE)
        return STATUS_OK;
    rules = parse_rules(arena, claim->rules, &usable);
    if (!usable || !old_env_dump_derive_key(config->attestation.old_env_dump_master_key.text, claim->env_key,
                                            config->attestation.old_env_dump_salt.text, key)) {
        log_event(LOG_LEVEL_ERROR, "no environment can be judged: %s",
                  usable ? "old_env_dump_master_key or old_env_dump_salt is not hex"
                         : "the setting environment_rules in the database is no JSON object");
        return STATUS_UNAVAILABLE;
    }
    *refusal = check_env(arena, claim, config->launch.validator_ss58, key, rules);
    if (*refusal == REFUSAL_NONE)
        *refusal = check_code(arena, claim, key);
    sodium_memzero(key, sizeof(key));
    return STATUS_OK;
}
