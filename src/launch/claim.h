/* What a claim does beside its reservation, which is the endpoint's: what is looked at before it and the
 * challenge after it. Called by endpoints/claim_launch_config.c. */
#ifndef RIGGER_LAUNCH_CLAIM_H
#define RIGGER_LAUNCH_CLAIM_H

#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"
#include "db/calls.h"
#include "exchange/exchange.h"

/* Of the body, as the SQL functions take it. */
struct claim_request {
    const char *host, *gpus, *port_mappings;
};

/* What was seen of a claim before it is reserved. Nothing of it, address and host_refusal included: the claim
 * would be refused for what the database knows, so that nothing outside was looked at. */
struct claim_seen {
    const char *address;       /* that the host was vetted at */
    enum refusal host_refusal; /* REFUSAL_NONE: none */
    enum refusal failure;      /* why a check failed; REFUSAL_NONE: none did */
    struct db_integer target;  /* of the chute, as Redis told it */
};

/* Looks at the host, at the chute's target, and runs the checks of the claim in exchange->body: each only for
 * whom the database would not refuse anyhow. Anything but STATUS_OK: there was no verdict; with
 * STATUS_REFUSED the answer is made. */
enum status claim_look(struct exchange *exchange, const struct claim_request *request,
                       struct claim_seen *seen) MUST_CHECK;

/* Makes the challenge of a claim that is reserved, stores it, and answers with it. Where none could be made
 * or stored the claim is undone, and the status says so. */
enum status claim_challenge(struct exchange *exchange, const char *instance_id, const char *symmetric_key,
                            const struct db_claim_launch_config_out *claim) MUST_CHECK;

#endif
