/* GET /livez: the process answers. Says nothing of the database; that is readyz. */
#include "endpoints/registry.h"

static enum status run(struct exchange *exchange)
{
    json_object *answer = json_object_new_object();

    json_object_object_add(answer, "status", json_object_new_string("alive"));
    response_json(exchange->response, exchange->arena, 200, answer);
    return STATUS_OK;
}

const struct endpoint livez = {
    .name = "livez",
    .method = HTTP_GET,
    .path = "/livez",
    .summary = "The responder runs.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .run = run,
};
