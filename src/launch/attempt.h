/* An attempt at the challenge of a launch config: one at a time holds it, under a lease. Called by
 * endpoints/verify_launch_config.c, which records the result. */
#ifndef RIGGER_LAUNCH_ATTEMPT_H
#define RIGGER_LAUNCH_ATTEMPT_H

#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"
#include "db/calls.h"
#include "exchange/exchange.h"

#include <stdbool.h>

/* Begins the attempt. *begun is the database's answer; its result is "refused" with a refusal, also where
 * another one is under way; "malformed" where what is wrong with the body is the answer; or "begun" with what
 * the checks need. */
enum status attempt_begin(struct exchange *exchange, const char *attempt_id,
                          struct db_begin_verification_out *begun) MUST_CHECK;

/* True if that is what beginning the attempt came to. */
bool attempt_result_is(const struct db_begin_verification_out *begun, const char *result) MUST_CHECK;

/* Runs the checks. *failure says why one failed; REFUSAL_NONE: all passed. Anything but STATUS_OK: there was
 * no verdict. */
enum status attempt_check(struct exchange *exchange, const struct db_begin_verification_out *begun,
                          enum refusal *failure) MUST_CHECK;

/* Gives up an attempt without a verdict: the pod may try again. If even that fails, its lease ends by itself.
 */
void attempt_abandon(struct exchange *exchange, const char *attempt_id);

#endif
