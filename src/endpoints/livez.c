/* GET /livez: the process answers. Says nothing of the database; that is readyz. */
#include "endpoints/registry.h"
#include "json/json.h"

static enum status run(struct exchange *exchange)
{
    json_object *answer = json_made(json_object_new_object());

    json_put(answer, "status", json_made(json_object_new_string("alive")));
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
