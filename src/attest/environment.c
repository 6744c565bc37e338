/* Readable, the command, the administrator's rules, the code: in that order. No refusal tells what was
 * expected, for the code of a private chute belongs to its owner. */
#include "attest/environment.h"

#include "attest/dumps.h"
#include "attest/pattern.h"
#include "core/encode.h"
#include "core/log.h"
#include "json/json.h"

#include <string.h>

#define PATTERN_ARENA_BYTES ((size_t)1 << 20)

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

enum refusal environment_check_processes(struct arena *arena, json_object *env,
                                         const struct environment_command *expected)
{
    json_object *processes = NULL, *first = NULL, *pid = NULL;
    const char *user, *cmdline;

    if (!json_object_is_type(env, json_type_object) ||
        !json_object_object_get_ex(env, "all_processes", &processes) ||
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

enum refusal environment_check_code(struct arena *arena, json_object *document, const char *code)
{
    const char *content =
        json_object_is_type(document, json_type_object) ? json_get_text(document, "content") : NULL;
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

/* Whether the pattern is found in the text; *error: why it cannot be used, or NULL. Its memory is given back
 * at once: there may be many rules. */
static bool pattern_is_found(const char *pattern, const char *text, size_t length, const char **error)
{
    struct arena *scratch = arena_create(PATTERN_ARENA_BYTES);
    const struct pattern *compiled = pattern_compile(scratch, pattern, error);
    bool found = compiled != NULL && pattern_matches(scratch, compiled, text, length);

    arena_free(scratch);
    return found;
}

/* One rule against what its pointer found (NULL: nothing). */
static bool rule_holds(json_object *rule, bool there, json_object *value)
{
    json_object *wanted = NULL;
    const char *error;

    if (json_object_object_get_ex(rule, "present", &wanted))
        return there == json_object_get_boolean(wanted);
    if (json_object_object_get_ex(rule, "equals", &wanted))
        return there && json_object_equal(wanted, value);
    if (!json_object_object_get_ex(rule, "matches", &wanted) ||
        !json_object_is_type(wanted, json_type_string) || !json_object_is_type(value, json_type_string))
        return false;
    return pattern_is_found(json_object_get_string(wanted), json_object_get_string(value),
                            (size_t)json_object_get_string_len(value), &error);
}

/* Why the rule cannot be used; NULL: it can. */
static const char *rule_error(json_object *rule)
{
    json_object *wanted = NULL;
    const char *error = NULL;

    if (!json_object_is_type(rule, json_type_object))
        return "it is no JSON object";
    if (json_object_object_get_ex(rule, "present", NULL) || json_object_object_get_ex(rule, "equals", NULL))
        return NULL;
    if (!json_object_object_get_ex(rule, "matches", &wanted))
        return "it has neither present nor equals nor matches";
    if (!json_object_is_type(wanted, json_type_string))
        return "what it matches is no text";
    (void)pattern_is_found(json_object_get_string(wanted), "", 0, &error);
    return error;
}

const char *environment_rules_error(json_object *rules, const char **pointer)
{
    json_object_object_foreach(rules, name, rule)
    {
        const char *error = rule_error(rule);

        *pointer = name;
        /* rule: environment.usable_rules */
        if (error != NULL)
            return error;
    }
    return NULL;
}

enum refusal environment_check_rules(json_object *env, json_object *rules)
{
    enum refusal refusal = REFUSAL_NONE;

    json_object_object_foreach(rules, pointer, rule)
    {
        json_object *value = NULL;
        bool there = json_pointer_get(env, pointer, &value) == 0;

        if (!json_object_is_type(rule, json_type_object) || !rule_holds(rule, there, value))
            /* rule: environment.rules */
            refusal = REFUSAL_ENVIRONMENT_RULE_BROKEN;
    }
    return refusal;
}

/* The administrator's rules; *usable is false where they cannot be used, which is logged: then nothing may
 * pass. */
static json_object *parse_rules(struct arena *arena, const char *text, bool *usable)
{
    const char *pointer = "", *wrong = NULL;
    struct json_error error;
    json_object *rules;

    *usable = true;
    if (text == NULL)
        return NULL;
    rules = json_parse_strict(text, strlen(text), &error);
    json_defer(arena, rules);
    if (!json_object_is_type(rules, json_type_object))
        wrong = "they are no JSON object";
    else
        wrong = environment_rules_error(rules, &pointer);
    *usable = wrong == NULL;
    if (!*usable)
        log_event(LOG_LEVEL_ERROR,
                  "no environment can be judged: the setting environment_rules in the database, \"%s\": %s",
                  pointer, wrong);
    return rules;
}

static enum refusal check_dumps(const struct config *config, struct arena *arena,
                                const struct environment_claim *claim, const struct dumps *dumps,
                                json_object *rules)
{
    const struct environment_command expected = {
        .ref_str = claim->ref_str,
        .hotkey = claim->hotkey,
        .validator = config->launch.validator_ss58,
        .seed = claim->graval_seed,
    };
    enum refusal refusal = environment_check_processes(arena, dumps->env, &expected);

    if (refusal == REFUSAL_NONE && rules != NULL)
        refusal = environment_check_rules(dumps->env, rules);
    if (refusal == REFUSAL_NONE && dumps->code == NULL)
        refusal = REFUSAL_CODE_UNREADABLE;
    if (refusal == REFUSAL_NONE)
        refusal = environment_check_code(arena, dumps->code, claim->chute_code);
    return refusal;
}

enum status environment_check(const struct config *config, struct arena *arena,
                              const struct environment_claim *claim, int64_t deadline_ms,
                              enum refusal *refusal)
{
    const struct sealed_dumps sealed = { .env = claim->env, .code = claim->code, .env_key = claim->env_key };
    enum status status;
    struct dumps dumps;
    json_object *rules;
    bool usable;

    *refusal = REFUSAL_NONE;
    if (config->attestation.environment == ENVIRONMENT_NONE)
        return STATUS_OK;
    rules = parse_rules(arena, claim->rules, &usable);
    if (!usable)
        return STATUS_UNAVAILABLE;
    status = dumps_open(config, arena, &sealed, deadline_ms, &dumps);
    /* rule: environment.refused */
    if (status == STATUS_OK && dumps.refused != REFUSAL_NONE)
        *refusal = dumps.refused;
    else if (status == STATUS_OK)
        *refusal = check_dumps(config, arena, claim, &dumps, rules);
    return status;
}
