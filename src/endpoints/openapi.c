/* GET /openapi.json: the wire contract, as the program itself has it. */
#include "endpoints/openapi_document.h"
#include "endpoints/registry.h"

static enum status run(struct exchange *exchange)
{
    response_json(exchange->response, exchange->arena, 200,
                  openapi_document(exchange->config->launch.public_url));
    return STATUS_OK;
}

const struct endpoint openapi = {
    .name = "openapi",
    .method = HTTP_GET,
    .path = "/openapi.json",
    .summary = "The OpenAPI document.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .run = run,
};
