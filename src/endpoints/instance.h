/* The instance as JSON, for the documents of the endpoints that answer with it; rigger.instance_json() makes
 * it. */
#ifndef RIGGER_ENDPOINTS_INSTANCE_H
#define RIGGER_ENDPOINTS_INSTANCE_H

#include "http/fields.h"

extern const struct field instance_fields[];

#endif
