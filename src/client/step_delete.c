/* DELETE: the miner takes its instance away. */
#include "client/call.h"
#include "client/step.h"

static bool run(struct life *life, struct life_step_result *result)
{
    struct credential credential;
    struct call call = {
        .method = "DELETE",
        .path = arena_printf(life->arena, "/instances/%s/%s", life->slot->chute, life->instance_id),
        .credential = &credential,
    };
    json_object *answer, *deleted = NULL;

    if (!call_sign(life, "instances", &credential))
        return call_fail(result, "the request could not be signed");
    if (!call_send(life, &call, result, &answer))
        return false;
    return (json_object_object_get_ex(answer, "deleted", &deleted) && json_object_get_boolean(deleted)) ||
           call_fail(result, "the answer does not say that the instance is deleted");
}

const struct step step_delete = {
    .name = "delete",
    .run = run,
};
