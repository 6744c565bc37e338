/* Finds the address of a client: it is the socket's peer, or what X-Forwarded-For says where the peer is a
 * trusted proxy. The pipeline calls it for every request. */
#ifndef RIGGER_AUTH_CLIENT_ADDRESS_H
#define RIGGER_AUTH_CLIENT_ADDRESS_H

#include "core/arena.h"

/* peer, unless it is in trusted_proxies: then the right-most entry of forwarded_for that is not. An entry
 * that is no address ends the search at the last good one. forwarded_for may be NULL. The result lives in the
 * arena. */
const char *client_address_find(struct arena *arena, const char *peer, const char *forwarded_for,
                                const char *trusted_proxies);

#endif
