/* The endpoints that are served: a new one is files of its own (in src/endpoints, sql/functions, tests) and
 * one line here. Each is a constant of that name, defined in src/endpoints. */
#ifndef RIGGER_ENDPOINTS_REGISTRY_H
#define RIGGER_ENDPOINTS_REGISTRY_H

#include "exchange/exchange.h"

/* In the order in which the router tries them, and the OpenAPI document shows them. */
#define ENDPOINTS(ENDPOINT)                                                                                  \
    ENDPOINT(issue_launch_config)                                                                            \
    ENDPOINT(claim_launch_config)                                                                            \
    ENDPOINT(verify_launch_config)                                                                           \
    ENDPOINT(activate_launch_config)                                                                         \
    ENDPOINT(delete_instance)                                                                                \
    ENDPOINT(create_instance)                                                                                \
    ENDPOINT(activate_instance)                                                                              \
    ENDPOINT(token_check)                                                                                    \
    ENDPOINT(ping)                                                                                           \
    ENDPOINT(livez)                                                                                          \
    ENDPOINT(readyz)                                                                                         \
    ENDPOINT(metrics)                                                                                        \
    ENDPOINT(openapi)                                                                                        \
    ENDPOINT(docs)                                                                                           \
    ENDPOINT(docs_script)                                                                                    \
    ENDPOINT(docs_style)

#define DECLARE_ENDPOINT(name) extern const struct endpoint name;
ENDPOINTS(DECLARE_ENDPOINT)
#undef DECLARE_ENDPOINT

/* Every endpoint; NULL-terminated. */
extern const struct endpoint *const endpoint_registry[];

#endif
