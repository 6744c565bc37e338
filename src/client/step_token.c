/* GET launch_config: the miner asks for a launch token. */
#include "client/call.h"
#include "client/step.h"
#include "core/encode.h"

#include <ctype.h>

#define TOKEN_MAX_BYTES 8192

/* True if the token can stand in a header. */
static bool is_token(const char *token)
{
    size_t length = 0;

    while (token[length] != '\0' && isascii(token[length]) && isgraph((unsigned char)token[length]))
        length++;
    return token[length] == '\0' && length > 0 && length <= TOKEN_MAX_BYTES;
}

static bool run(struct life *life, struct life_step_result *result)
{
    struct credential credential;
    struct call call = {
        .method = "GET",
        .path = arena_printf(life->arena, "/instances/launch_config?chute_id=%s%s%s", life->slot->chute,
                             life->slot->job != NULL ? "&job_id=" : "",
                             life->slot->job != NULL ? life->slot->job : ""),
        .credential = &credential,
    };
    json_object *answer;

    if (!call_sign(life, "launch", &credential))
        return call_fail(result, "the request could not be signed");
    if (!call_send(life, &call, result, &answer))
        return false;
    life->config_id = call_text(answer, "config_id");
    life->token = call_text(answer, "token");
    if (life->config_id == NULL || !uuid_is_text(life->config_id) || life->token == NULL ||
        !is_token(life->token))
        return call_fail(result, "the answer has no usable token and config_id");
    return true;
}

const struct step step_token = {
    .name = "token",
    .run = run,
};
