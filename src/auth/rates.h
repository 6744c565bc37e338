/* Who has asked too often: an address, before anything else is looked at, and a hotkey, once it is proven
 * whose request it is; and who has guessed API keys. The pipeline, authenticate() and api_key.c ask; the
 * limits of the first two are settings. */
#ifndef RIGGER_AUTH_RATES_H
#define RIGGER_AUTH_RATES_H

#include "core/attributes.h"
#include "exchange/exchange.h"

/* Counts a request for its client's address, the 64 bits of its network where that is IPv6. This machine
 * itself and peers on a Unix socket, of whom nothing more is known, are not counted. STATUS_REFUSED: too
 * many. */
enum status rates_admit_address(struct exchange *exchange) MUST_CHECK;

/* Counts a request for exchange->caller.hotkey. A signature that comes again is anybody's who has seen it: it
 * counts apart, so that it takes nothing from the hotkey's new ones. STATUS_REFUSED: too many. */
enum status rates_admit_hotkey(struct exchange *exchange) MUST_CHECK;

/* Whether an address, as text, may have another API key checked, which costs much; and counts that one was
 * wrong. now_ms is clock_monotonic_ms. */
bool rates_may_guess(const char *client, int64_t now_ms) MUST_CHECK;
void rates_note_guess(const char *client, int64_t now_ms);

#endif
