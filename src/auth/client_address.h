/* The client's address: the socket peer, or, through trusted proxies only, what X-Forwarded-For says. */
#ifndef RIGGER_AUTH_CLIENT_ADDRESS_H
#define RIGGER_AUTH_CLIENT_ADDRESS_H

#include "core/arena.h"

#include <stdbool.h>

/* True if address lies in one of the comma-separated addresses and CIDR networks (v4-mapped addresses count
 * as v4). */
bool client_address_in(const char *address, const char *networks);

/* True if every entry of a comma-separated list of addresses and CIDR networks parses; used by check-config.
 */
bool client_address_list_is_valid(const char *networks);

/* peer, unless it is in trusted_proxies: then the right-most entry of forwarded_for that is not. An entry
 * that is no address ends the search at the last good one. forwarded_for may be NULL. The result lives in the
 * arena. */
const char *client_address_find(struct arena *arena, const char *peer, const char *forwarded_for,
                                const char *trusted_proxies);

#endif
