/* GET token_check: the host shows where its traffic leaves from. Nobody compares the token here. */
#include "client/call.h"
#include "client/step.h"
#include "core/encode.h"

static bool run(struct life *life, struct life_step_result *result)
{
    struct call call = {
        .method = "GET",
        .path = arena_printf(life->arena, "/instances/token_check?salt=%s", life->config_id),
    };
    const char *token;
    json_object *answer;

    if (!call_send(life, &call, result, &answer))
        return false;
    token = call_text(answer, "token");
    return (token != NULL && uuid_is_text(token)) || call_fail(result, "the answer has no token");
}

const struct step step_token_check = {
    .name = "token_check",
    .run = run,
};
