/* Finds the addresses of a name within a time limit, which getaddrinfo does not have. */
#ifndef RIGGER_NET_RESOLVE_H
#define RIGGER_NET_RESOLVE_H

#include "core/arena.h"
#include "core/attributes.h"

/* Looks up all addresses of name into the arena as inet_ntop text. Returns their count (at most max), 0 where
 * there is none, -1 on failure or time-out. */
int resolve_name(struct arena *arena, const char *name, int timeout_ms, const char **addresses,
                 int max) MUST_CHECK;

#endif
