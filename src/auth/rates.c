/* Names of buckets: 16 bytes of an address, the text of a hotkey, the hash of a signature. */
#include "auth/rates.h"

#include "auth/api_key.h"
#include "auth/hotkey.h"
#include "core/clock.h"
#include "metrics/metrics.h"
#include "metrics/rate.h"
#include "net/address.h"

#include <string.h>

#define MACHINE_ITSELF "127.0.0.1,::1"
#define US_PER_MS      1000
#define MS_PER_S       1000
#define US_PER_S       1000000

static enum status refuse(struct exchange *exchange, enum refusal refusal, int64_t wait_ms,
                          enum metrics_counter counter)
{
    metrics_count(counter, 1);
    exchange_refuse(exchange, refusal, NULL);
    exchange->response->retry_after_s = (int)((wait_ms + MS_PER_S - 1) / MS_PER_S);
    return STATUS_REFUSED;
}

enum status rates_admit_address(struct exchange *exchange)
{
    const struct rate rate = rate_per_minute(exchange->config->server.address_requests_per_minute,
                                             exchange->config->server.address_burst);
    unsigned char network[ADDRESS_BYTES];
    int64_t wait_ms;

    if (!address_network(exchange->request->client, network) ||
        address_text_in_list(exchange->request->client, MACHINE_ITSELF))
        return STATUS_OK;
    wait_ms = rate_take(RATE_ADDRESSES, network, sizeof(network), &rate, clock_monotonic_us());
    /* rule: rates.address */
    return wait_ms == 0 ? STATUS_OK
                        : refuse(exchange, REFUSAL_TOO_MANY_REQUESTS, wait_ms, METRICS_ADDRESSES_TOO_FAST);
}

/* Whether the signature of this request was seen before, while it may be used at all. */
static bool is_repeated(const struct exchange *exchange, int64_t now_us)
{
    static const struct rate once = { .interval_us = 2 * (int64_t)HOTKEY_NONCE_WINDOW_S * US_PER_S,
                                      .burst = 1 };

    /* rule: rates.repeats */
    return exchange->caller.signature_used && rate_take(RATE_SIGNATURES, exchange->caller.signature_hash,
                                                        SIGNATURE_HASH_BYTES, &once, now_us) != 0;
}

enum status rates_admit_hotkey(struct exchange *exchange)
{
    const struct rate rate = rate_per_minute(exchange->config->server.hotkey_requests_per_minute,
                                             exchange->config->server.hotkey_burst);
    const char *hotkey = exchange->caller.hotkey;
    int64_t now_us = clock_monotonic_us(), wait_ms;
    enum rate_table table;

    if (rate.interval_us == 0)
        return STATUS_OK;
    table = is_repeated(exchange, now_us) ? RATE_REPEATS : RATE_HOTKEYS;
    wait_ms = rate_take(table, hotkey, strlen(hotkey), &rate, now_us);
    /* rule: rates.hotkey */
    return wait_ms == 0
               ? STATUS_OK
               : refuse(exchange, REFUSAL_HOTKEY_REQUESTS_TOO_MANY, wait_ms, METRICS_HOTKEYS_TOO_FAST);
}

/* API_KEY_TRIES_MAX at once, and as many again in API_KEY_KEPT_MS. */
static const struct rate guesses = { .interval_us = (int64_t)API_KEY_KEPT_MS / API_KEY_TRIES_MAX * US_PER_MS,
                                     .burst = API_KEY_TRIES_MAX };

/* Whoever has no address counts as one. */
static void name_guesser(const char *client, unsigned char network[ADDRESS_BYTES])
{
    if (!address_network(client, network))
        memset(network, 0, ADDRESS_BYTES);
}

bool rates_may_guess(const char *client, int64_t now_ms)
{
    unsigned char network[ADDRESS_BYTES];

    name_guesser(client, network);
    return rate_look(RATE_GUESSES, network, sizeof(network), &guesses, now_ms * US_PER_MS) == 0;
}

void rates_note_guess(const char *client, int64_t now_ms)
{
    unsigned char network[ADDRESS_BYTES];

    name_guesser(client, network);
    (void)!rate_take(RATE_GUESSES, network, sizeof(network), &guesses, now_ms * US_PER_MS);
    metrics_count(METRICS_API_KEYS_WRONG, 1);
}
