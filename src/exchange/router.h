/* Finds the endpoint of a method and path. */
#ifndef RIGGER_EXCHANGE_ROUTER_H
#define RIGGER_EXCHANGE_ROUTER_H

#include "core/arena.h"
#include "exchange/endpoint.h"

struct route {
    const struct endpoint *endpoint;                      /* NULL: none; see the other members */
    size_t number;                                        /* the endpoint's place in the registry */
    const char *parameters[ENDPOINT_PATH_PARAMETERS_MAX]; /* decoded */
    const char *allow;    /* the path is known, the method is not: the methods that are, for 405's Allow */
    const char *redirect; /* only the trailing slash differs: the right path */
};

/* Matches against registry (NULL-terminated). A HEAD request matches no
 * GET endpoint, since our GETs change state. Neither endpoint, allow nor
 * redirect set: 404. Parameters match one non-empty segment without "/". */
struct route router_find(const struct endpoint *const *registry, struct arena *arena, enum http_method method,
                         const char *path);

#endif
