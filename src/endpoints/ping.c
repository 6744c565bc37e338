/* GET /ping: pong, after a round trip to the database. */
#include "endpoints/registry.h"
#include "json/json.h"

static enum status run(struct exchange *exchange)
{
    enum status status = db_ping(exchange->db, exchange->arena);
    json_object *answer;

    if (status != STATUS_OK)
        return status;
    answer = json_made(json_object_new_object());
    json_put(answer, "message", json_made(json_object_new_string("pong")));
    response_json(exchange->response, exchange->arena, 200, answer);
    return STATUS_OK;
}

const struct endpoint ping = {
    .name = "ping",
    .method = HTTP_GET,
    .path = "/ping",
    .summary = "Answers after a round trip to the database.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .run = run,
};
