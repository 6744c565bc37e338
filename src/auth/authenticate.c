/* Takes an endpoint's authentication policy and calls what checks it. No other place of the program looks at
 * the policy to decide. */
#include "auth/authenticate.h"

#include "auth/account.h"
#include "auth/hotkey.h"
#include "auth/launch_token.h"
#include "auth/rates.h"
#include "core/clock.h"
#include "net/address.h"

/* The value of a header that may stand once; NULL where it does not. False: it stands more than once. */
static bool single_header(const struct exchange *exchange, const char *variable, const char **value)
{
    int count = 0;

    *value = request_variable(exchange->request, variable, &count);
    /* rule: auth.header_once */
    return count <= 1;
}

static enum status authenticate_account(struct exchange *exchange, const char *authorization,
                                        const char *hotkey)
{
    const struct account_request request = {
        .config = exchange->config,
        .arena = exchange->arena,
        .db = exchange->db,
        .authorization = authorization,
        .hotkey = hotkey,
        .client = exchange->request->client,
        .now_s = clock_unix_seconds(),
    };

    enum status status = account_authenticate(&request, &exchange->caller.hotkey);

    if (status == STATUS_REFUSED)
        exchange_refuse(exchange, REFUSAL_BAD_ACCOUNT, NULL);
    return status == STATUS_OK ? rates_admit_hotkey(exchange) : status;
}

static enum status authenticate_hotkey(struct exchange *exchange, const char *tail)
{
    struct hotkey_headers headers;
    const char *authorization;
    enum refusal refusal;

    if (!single_header(exchange, "HTTP_X_CHUTES_HOTKEY", &headers.hotkey) ||
        !single_header(exchange, "HTTP_X_CHUTES_NONCE", &headers.nonce) ||
        !single_header(exchange, "HTTP_X_CHUTES_SIGNATURE", &headers.signature) ||
        !single_header(exchange, "HTTP_AUTHORIZATION", &authorization))
        return exchange_refuse(exchange, REFUSAL_DUPLICATE_CREDENTIAL, NULL);
    if (authorization != NULL && headers.nonce == NULL && headers.signature == NULL)
        return authenticate_account(exchange, authorization, headers.hotkey);
    refusal =
        hotkey_verify(&headers, tail, clock_unix_seconds(),
                      exchange->config->launch.accept_wrapped_signatures, exchange->caller.signature_hash);
    if (refusal != REFUSAL_NONE)
        return exchange_refuse(exchange, refusal, NULL);
    exchange->caller.hotkey = headers.hotkey;
    exchange->caller.signature_used = true;
    /* rule: auth.counted_once_proven */
    return rates_admit_hotkey(exchange);
}

static enum status authenticate_launch_token(struct exchange *exchange)
{
    struct launch_token token;
    const char *header;
    enum refusal refusal;

    if (!single_header(exchange, "HTTP_AUTHORIZATION", &header))
        return exchange_refuse(exchange, REFUSAL_DUPLICATE_CREDENTIAL, NULL);
    refusal = launch_token_verify(exchange->arena, exchange->config, header, exchange->path[0],
                                  clock_unix_seconds(), &token);
    if (refusal != REFUSAL_NONE)
        return exchange_refuse(exchange, refusal, NULL);
    return STATUS_OK;
}

enum status authenticate(struct exchange *exchange)
{
    char body_tail[65];

    switch (exchange->endpoint->auth) {
    case AUTH_NONE:
        return STATUS_OK;
    case AUTH_HOTKEY_PURPOSE:
        return authenticate_hotkey(exchange, exchange->endpoint->purpose);
    case AUTH_HOTKEY_BODY:
        hotkey_body_tail(body_tail, exchange->request->body, exchange->request->body_length);
        return authenticate_hotkey(exchange, body_tail);
    case AUTH_LAUNCH_TOKEN:
        return authenticate_launch_token(exchange);
    case AUTH_MONITORING:
        /* rule: auth.monitoring */
        return address_text_in_list(exchange->request->client, exchange->config->server.metrics_allow)
                   ? STATUS_OK
                   : exchange_refuse(exchange, REFUSAL_FORBIDDEN, NULL);
    case AUTH_DENY:
        /* rule: auth.deny */
        break;
    }
    return exchange_refuse(exchange, REFUSAL_FORBIDDEN, NULL);
}
