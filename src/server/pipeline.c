/* Orders the steps of a request. No step is taken here: each lives in a room of its own. */
#include "server/pipeline.h"

#include "auth/authenticate.h"
#include "auth/client_address.h"
#include "auth/rates.h"
#include "core/clock.h"
#include "core/encode.h"
#include "core/log.h"
#include "db/calls.h"
#include "endpoints/registry.h"
#include "exchange/router.h"
#include "metrics/metrics.h"
#include "server/process.h"

#include <stdlib.h>

/* A method the path does not have, a path that differs in its trailing slash, or neither. */
static void answer_no_endpoint(struct exchange *exchange, const struct route *route)
{
    struct request *request = exchange->request;
    struct response *response = exchange->response;

    if (route->redirect != NULL) {
        response_detail(response, exchange->arena, 307, "Temporary Redirect");
        response->location =
            arena_printf(exchange->arena, "%s%s%s%s", exchange->config->server.base_path, route->redirect,
                         request->query[0] == '\0' ? "" : "?", request->query);
        return;
    }
    exchange_refuse(exchange, route->allow != NULL ? REFUSAL_METHOD_NOT_ALLOWED : REFUSAL_NOT_FOUND, NULL);
    response->allow = route->allow;
}

static size_t body_limit(const struct exchange *exchange)
{
    const struct config *config = exchange->config;

    return (size_t)(exchange->endpoint->large_body ? config->server.claim_body_max_bytes
                                                   : config->server.body_max_bytes);
}

/* Query and body against their tables. The errors found, or NULL. */
static json_object *validate(struct exchange *exchange)
{
    const struct endpoint *endpoint = exchange->endpoint;
    struct field_errors errors = { .arena = exchange->arena };
    const char *content_type;
    int count = 0;

    if (endpoint->query != NULL)
        exchange->query = fields_read_query(endpoint->query, exchange->request, &errors);
    content_type = request_variable(exchange->request, "CONTENT_TYPE", &count);
    /* rule: server.content_type */
    if (endpoint->body != NULL && !endpoint->any_content_type && exchange->request->body_length > 0 &&
        !fields_type_is_json(content_type))
        fields_refuse_body(exchange->request, &errors);
    else if (endpoint->body != NULL)
        exchange->body = fields_read_body(endpoint->body, exchange->request, &errors);
    if (errors.list == NULL && endpoint->check != NULL)
        endpoint->check(exchange->body, &errors);
    return errors.list;
}

/* Authentication comes before validation: a malformed request of a hotkey that is not registered, is
 * blacklisted or replays a signature is told so, and not what is malformed. */
static enum status refuse_invalid(struct exchange *exchange)
{
    char request_key[UUID_TEXT_BYTES];
    const struct db_authenticate_hotkey_in in = {
        .hotkey = exchange->caller.hotkey,
        .netuid = db_integer(exchange->config->launch.netuid),
        .signature_hash = exchange_signature_hash(exchange),
        .request_key = request_key,
    };
    struct db_authenticate_hotkey_out out;
    enum status status;

    if (exchange->caller.hotkey != NULL) {
        uuid4_text(request_key);
        status = db_authenticate_hotkey(exchange->db, exchange->arena, &in, &out);
        if (status != STATUS_OK || exchange_refused(exchange, out.refusal, NULL))
            return status;
    }
    return exchange_refuse_invalid(exchange);
}

static enum status run_endpoint(struct exchange *exchange)
{
    enum refusal refusal = request_read_body(exchange->request, body_limit(exchange));
    enum status status;

    if (refusal != REFUSAL_NONE)
        return exchange_refuse(exchange, refusal, NULL);
    status = authenticate(exchange);
    /* rule: server.authentication_first */
    if (status != STATUS_OK)
        return status;
    exchange->invalid = validate(exchange);
    /* rule: server.invalid */
    if (exchange->invalid != NULL && !exchange->endpoint->runs_when_invalid)
        return refuse_invalid(exchange);
    return exchange->endpoint->run(exchange);
}

void pipeline_prepare(void)
{
    static const char *names[METRICS_ROUTES_MAX];
    size_t count = 0;

    for (; count < METRICS_ROUTES_MAX && endpoint_registry[count] != NULL; count++)
        names[count] = endpoint_registry[count]->name;
    metrics_name_routes(names, count);
}

/* True if the endpoint's requests do not belong to a process of this pool: a slow request could keep a worker
 * from those who need the database alone. The web server should have routed it elsewhere. */
static bool is_misrouted(const struct endpoint *endpoint, enum pool pool)
{
    /* rule: pool.socket */
    if (pool == POOL_ANY || endpoint->pool == pool)
        return false;
    log_event(LOG_LEVEL_WARNING,
              "%s belongs to the %s pool and came by the %s pool's socket: refused. Compare the web server's "
              "routing with `rigger routes`",
              endpoint->name, pool_name(endpoint->pool), pool_name(pool));
    return true;
}

/* Makes the answer of one request that came to a process of that pool. The number of its route, or
 * METRICS_NO_ROUTE. */
static size_t serve(struct exchange *exchange, enum pool pool)
{
    struct request *request = exchange->request;
    struct route route;
    enum refusal refusal;

    refusal =
        request_read_head(request, exchange->arena, request->transport, exchange->config->server.base_path);
    log_set_request(request->request_id);
    if (refusal != REFUSAL_NONE) {
        exchange_refuse(exchange, refusal, NULL);
        return METRICS_NO_ROUTE;
    }
    /* A proxy may add its line below the client's own. */
    /* rule: server.forwarded_joined */
    request->client =
        client_address_find(exchange->arena, request->peer, request_list(request, "HTTP_X_FORWARDED_FOR"),
                            exchange->config->server.trusted_proxies);
    if (rates_admit_address(exchange) != STATUS_OK)
        return METRICS_NO_ROUTE;
    route = router_find(endpoint_registry, exchange->arena, request->method, request->path);
    if (route.endpoint == NULL) {
        answer_no_endpoint(exchange, &route);
        return METRICS_NO_ROUTE;
    }
    if (is_misrouted(route.endpoint, pool)) {
        exchange_refuse(exchange, REFUSAL_NOT_FOUND, NULL);
        return METRICS_NO_ROUTE;
    }
    exchange->endpoint = route.endpoint;
    for (size_t i = 0; i < ENDPOINT_PATH_PARAMETERS_MAX; i++)
        exchange->path[i] = route.parameters[i];
    switch (run_endpoint(exchange)) {
    case STATUS_OK:
    case STATUS_REFUSED:
        break;
    case STATUS_UNAVAILABLE:
        exchange_refuse(exchange, REFUSAL_UNAVAILABLE, NULL);
        break;
    case STATUS_ERROR:
        exchange_refuse(exchange, REFUSAL_INTERNAL_ERROR, NULL);
        break;
    }
    return route.number;
}

int pipeline_serve(struct process *process, struct transport *transport, int64_t deadline_ms)
{
    int64_t started_us = clock_monotonic_us();
    struct request request = { .transport = transport };
    struct response response = { .status = 0 };
    struct exchange exchange = {
        .arena = process->arena,
        .config = process->config,
        .db = process->db,
        .targets = process->targets,
        .request = &request,
        .response = &response,
        .deadline_ms = deadline_ms,
    };
    struct log_request entry;
    size_t route;

    db_forget_usage(process->db);
    route = serve(&exchange, process_pool(process->kind));
    response_write(&response, &request);
    entry = (struct log_request){
        .method = request.method_text != NULL ? request.method_text : "-",
        .route = exchange.endpoint != NULL ? exchange.endpoint->name : "-",
        .status = response.status,
        .total_us = clock_monotonic_us() - started_us,
        .database_us = db_used_us(process->db),
        .sqlstate = db_last_sqlstate(process->db),
        .refusal = response.refusal,
    };
    log_request(&entry);
    metrics_count_request(route, response.status, entry.total_us, entry.database_us);
    log_set_request(NULL);
    arena_reset(process->arena);
    return response.status;
}
