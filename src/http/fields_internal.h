/* What the fields*.c files share. Nobody else includes this: http/fields.h is the interface. */
#ifndef RIGGER_HTTP_FIELDS_INTERNAL_H
#define RIGGER_HTTP_FIELDS_INTERNAL_H

#include "core/attributes.h"
#include "http/fields.h"

/* Where a value stands, innermost first; lives on the stack of the walk. */
struct field_place {
    const struct field_place *parent;
    const char *name; /* NULL: an item of a list */
    size_t index;
};

/* Adds one error at place. input is borrowed, ctx (NULL: none) is taken over. */
void fields_refuse(struct field_errors *errors, const struct field_place *place, const char *type,
                   const char *msg, json_object *input, json_object *ctx);

/* {key: number}, the ctx of a bound. */
json_object *fields_bound(const char *key, int64_t number);

/* Coerces a value of one of the plain types: text, integer, boolean, choice. On true the caller owns *value.
 */
bool fields_coerce(const struct field *field, json_object *input, const struct field_place *place,
                   struct field_errors *errors, json_object **value) MUST_CHECK;

#endif
