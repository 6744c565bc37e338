/* What a claim does beside its reservation, which is the endpoint's: the checks before it and the challenge
 * after it. Called by endpoints/claim_launch_config.c. */
#ifndef RIGGER_LAUNCH_CLAIM_H
#define RIGGER_LAUNCH_CLAIM_H

#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"
#include "db/calls.h"
#include "exchange/exchange.h"

/* Runs the checks of the claim in exchange->body. *failure says why one failed; REFUSAL_NONE: none did, or
 * the config cannot be claimed, which the reservation will say. *chute_id: the chute whose target is to be
 * read, because Redis tells the targets and the claim needs capacity; NULL: none. Anything but STATUS_OK:
 * there was no verdict. */
enum status claim_check(struct exchange *exchange, enum refusal *failure, const char **chute_id) MUST_CHECK;

/* Makes the challenge of a claim that is reserved, stores it, and answers with it. Where none could be made
 * or stored the claim is undone, and the status says so. */
enum status claim_challenge(struct exchange *exchange, const char *instance_id, const char *symmetric_key,
                            const struct db_claim_launch_config_out *claim) MUST_CHECK;

#endif
