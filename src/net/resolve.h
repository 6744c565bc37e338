/* Finds the addresses of a name within a time limit, which getaddrinfo does not have. */
#ifndef RIGGER_NET_RESOLVE_H
#define RIGGER_NET_RESOLVE_H

#include "core/arena.h"
#include "core/attributes.h"
#include "core/share.h"

#define RESOLVE_UNKNOWN                                                                                      \
    (-1) /* nobody said whether the name has any: no answer in time, or one that is none */

/* Looks up all addresses of name into the arena as inet_ntop text. Returns their count (at most max), 0 where
 * there is none, RESOLVE_UNKNOWN. share: the place of this look-up among those that are counted, which is
 * given back when the resolver has given up, be it after this call; SHARE_NONE: it is the operator's own. */
int resolve_name(struct arena *arena, const char *name, int timeout_ms, int share, const char **addresses,
                 int max) MUST_CHECK;

#endif
