/* The registry as an array, for whoever walks over it: the router, the OpenAPI document, `rigger routes`. */
#include "endpoints/registry.h"

#define ADDRESS_OF(name) &name,

const struct endpoint *const endpoint_registry[] = { ENDPOINTS(ADDRESS_OF) NULL };
