/* The tables of http/fields.h as JSON Schema 2020-12, which OpenAPI 3.1 speaks. */
#ifndef RIGGER_HTTP_FIELDS_SCHEMA_H
#define RIGGER_HTTP_FIELDS_SCHEMA_H

#include "core/attributes.h"
#include "http/fields.h"

/* The schema of one field's value; the caller's. */
json_object *fields_schema_of(const struct field *field) NEVER_NULL;

/* The schema of an object with these fields; NULL: any object. The caller's. */
json_object *fields_schema_of_object(const struct field *fields) NEVER_NULL;

#endif
