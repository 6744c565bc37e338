/* The OpenAPI 3.1 document of the wire contract, made from the endpoints' own tables: their paths, policies,
 * fields and answers. */
#ifndef RIGGER_ENDPOINTS_OPENAPI_DOCUMENT_H
#define RIGGER_ENDPOINTS_OPENAPI_DOCUMENT_H

#include "core/attributes.h"

#include <json-c/json.h>

/* server_url: base URL of the service. The caller's. */
json_object *openapi_document(const char *server_url) NEVER_NULL;

#endif
