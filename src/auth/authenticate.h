/* Who is asking: enforces an endpoint's authentication policy before anything of the request is parsed. What
 * only the database knows (registration, blacklist, a signature's single use) is checked by the endpoint's
 * SQL function. */
#ifndef RIGGER_AUTH_AUTHENTICATE_H
#define RIGGER_AUTH_AUTHENTICATE_H

#include "exchange/exchange.h"

/* Fills in exchange->caller. STATUS_REFUSED: exchange->response has the refusal. A policy of 0 is refused. */
enum status authenticate(struct exchange *exchange) MUST_CHECK;

#endif
