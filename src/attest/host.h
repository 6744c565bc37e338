/* Vetting of the address an instance claims to live at (docs/contract.md, "Hosts"). */
#ifndef RIGGER_ATTEST_HOST_H
#define RIGGER_ATTEST_HOST_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"

#include <stdbool.h>

#define HOST_LOOKUP_MAX_MS 5000 /* longer than that no name is waited for, whatever time is left */

/* True for a public unicast address in inet_pton form: not private, loopback, link-local, shared (100.64/10),
 * documentation, benchmarking, multicast, reserved, v4-mapped, 6to4, NAT64, ULA or unspecified. */
bool host_address_is_public(const char *address);

/* Vets host: an address in strict form, or a DNS name whose every address must be acceptable. Returns
 * REFUSAL_NONE and sets *address (arena) to the one that will be dialled, or returns the refusal.
 * Looks names up, within timeout_ms and HOST_LOOKUP_MAX_MS: call it outside any transaction. */
enum refusal host_vet(const struct config *config, struct arena *arena, const char *host, int timeout_ms,
                      const char **address) MUST_CHECK;

#endif
