/* Two ways to open: the older format is known here; today's is known to a program of the operator's. */
#include "attest/dumps.h"

#include "attest/old_env_dump.h"
#include "core/log.h"
#include "programs/ask.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>

static json_object *parse_object(struct arena *arena, const char *text, size_t length)
{
    struct json_error error;
    json_object *object = json_parse_strict(text, length, &error);

    json_defer(arena, object);
    return json_object_is_type(object, json_type_object) ? object : NULL;
}

static json_object *open_old(struct arena *arena, const unsigned char key[OLD_ENV_DUMP_KEY_BYTES],
                             const char *dump)
{
    size_t length = 0;
    const char *plain = old_env_dump_open(arena, key, dump, &length);

    return plain != NULL ? parse_object(arena, plain, length) : NULL;
}

static enum status open_both_old(const struct config *config, struct arena *arena,
                                 const struct sealed_dumps *sealed, struct dumps *dumps)
{
    unsigned char key[OLD_ENV_DUMP_KEY_BYTES];

    if (!old_env_dump_derive_key(config->attestation.old_env_dump_master_key.text, sealed->env_key,
                                 config->attestation.old_env_dump_salt.text, key)) {
        log_event(LOG_LEVEL_ERROR, "no environment can be judged: old_env_dump_master_key or "
                                   "old_env_dump_salt is not hex");
        return STATUS_UNAVAILABLE;
    }
    dumps->env = open_old(arena, key, sealed->env);
    dumps->code = open_old(arena, key, sealed->code);
    sodium_memzero(key, sizeof(key));
    return STATUS_OK;
}

/* The member of that name, an object; NULL: there is none. */
static json_object *member_object(json_object *answer, const char *name)
{
    json_object *member = NULL;

    json_object_object_get_ex(answer, name, &member);
    return json_object_is_type(member, json_type_object) ? member : NULL;
}

bool dumps_read_answer(struct arena *arena, const char *line, struct dumps *dumps)
{
    json_object *answer = parse_object(arena, line, strlen(line)), *refused = NULL;
    const char *reason;
    int members;

    *dumps = (struct dumps){ .refused = REFUSAL_NONE };
    if (answer == NULL)
        return false;
    members = json_object_object_length(answer);
    if (!json_object_object_get_ex(answer, "refused", &refused)) {
        dumps->env = member_object(answer, "env");
        dumps->code = member_object(answer, "code");
        /* rule: dumps.answer */
        return members == 3 && dumps->env != NULL && dumps->code != NULL;
    }
    reason = json_object_is_type(refused, json_type_string) ? json_object_get_string(refused) : "";
    /* rule: dumps.refused */
    if (members != 2)
        return false;
    dumps->refused = refusal_find(reason);
    return dumps->refused == REFUSAL_ENVIRONMENT_UNREADABLE || dumps->refused == REFUSAL_CODE_UNREADABLE;
}

static enum status ask(const struct config *config, struct arena *arena, const struct sealed_dumps *sealed,
                       int64_t deadline_ms, struct dumps *dumps)
{
    const struct question question = {
        .kind = QUESTION_ENVIRONMENT,
        .part = { [ENVIRONMENT_ENV] = sealed->env,
                  [ENVIRONMENT_CODE] = sealed->code,
                  [ENVIRONMENT_KEY] = sealed->env_key },
        .deadline_ms = deadline_ms,
    };
    const char *answer = ask_program(config, arena, &question);

    if (answer == NULL)
        return STATUS_UNAVAILABLE;
    if (dumps_read_answer(arena, answer, dumps))
        return STATUS_OK;
    log_event(LOG_LEVEL_ERROR, "environment_command answered with neither both documents nor a refusal");
    return STATUS_UNAVAILABLE;
}

enum status dumps_open(const struct config *config, struct arena *arena, const struct sealed_dumps *sealed,
                       int64_t deadline_ms, struct dumps *dumps)
{
    *dumps = (struct dumps){ .refused = REFUSAL_NONE };
    if (config->attestation.environment == ENVIRONMENT_COMMAND)
        return ask(config, arena, sealed, deadline_ms, dumps);
    return open_both_old(config, arena, sealed, dumps);
}
