/* What the endpoints share: turning a SQL function's row into an answer, and a caller into its parameters. */
#include "exchange/exchange.h"

#include "core/encode.h"

#include <string.h>

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
