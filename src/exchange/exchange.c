/* What the endpoints share: turning a SQL function's row into an answer, and a caller into its parameters. */
#include "exchange/exchange.h"

#include "core/encode.h"

#include <string.h>

enum status exchange_refuse(struct exchange *exchange, enum refusal refusal, const char *subject)
{
    response_refuse(exchange->response, exchange->request, refusal, subject);
    return STATUS_REFUSED;
}

enum status exchange_refuse_invalid(struct exchange *exchange)
{
    json_object *body = json_object_new_object();

    json_object_object_add(body, "detail", json_object_get(exchange->invalid));
    response_json(exchange->response, exchange->arena, refusal_http(REFUSAL_INVALID), body);
    return STATUS_REFUSED;
}

bool endpoint_refused(struct exchange *exchange, const struct db_rows *rows)
{
    int status = (int)db_integer(rows, 0, "status");

    if (status == 200)
        return false;
    response_detail(exchange->response, exchange->arena, status, db_text(rows, 0, "detail"));
    return true;
}

const char *endpoint_netuid(const struct exchange *exchange)
{
    return arena_printf(exchange->arena, "%lld", (long long)exchange->config->launch.netuid);
}

void endpoint_hotkey_parameters(const struct exchange *exchange, const char *parameters[3])
{
    char *hash = NULL;

    if (exchange->caller.signature_used) {
        hash = arena_alloc(exchange->arena, sizeof("\\x") + (size_t)2 * SIGNATURE_HASH_BYTES);
        memcpy(hash, "\\x", 2);
        hex_encode(hash + 2, exchange->caller.signature_hash, SIGNATURE_HASH_BYTES);
    }
    parameters[0] = exchange->caller.hotkey;
    parameters[1] = endpoint_netuid(exchange);
    parameters[2] = hash;
}
