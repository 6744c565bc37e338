/* Validation by table. An endpoint lists its query and body fields once; from the same list come the 422 of
 * pydantic 2's shape, the coerced values, and the OpenAPI document. All errors of a request are reported
 * together, in declaration order. */
#ifndef RIGGER_HTTP_FIELDS_H
#define RIGGER_HTTP_FIELDS_H

#include "core/arena.h"
#include "core/attributes.h"
#include "core/status.h"
#include "http/request.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

enum field_type {
    FIELD_END, /* closes a table */
    FIELD_TEXT,
    FIELD_INTEGER,
    FIELD_BOOLEAN,
    FIELD_OBJECT, /* members in `children`; without children: any object */
    FIELD_LIST,   /* items described by children[0] (its name is ignored) */
    FIELD_CHOICE, /* text, one of `choices` in any case, kept in lower case; literal_error otherwise */
    FIELD_MEMBERS /* no field: those of `children` belong to this table; in tables of answers alone */
};

struct field {
    const char *name;
    enum field_type type;
    bool required;
    bool nullable; /* null is accepted and stands for absent */
    bool has_min, has_max;
    int64_t min, max; /* an integer's bounds; a list's count of items; a text's length in characters */
    const char *const *choices; /* of a choice; NULL-terminated */
    const struct field *children;
    bool
        dictionary; /* an object with children, which is first of all any object: what is none is dict_type */
    const char *doc; /* one sentence for the OpenAPI document */
};

/* The most that a text or a list may have, in a table. Each one that a client sends says it
 * (core/bounds.h). */
#define FIELD_AT_MOST(count) .has_max = true, .max = (count)

/* Errors as pydantic gives them; made by fields_*, sent by the caller. */
struct field_errors {
    struct arena *arena;
    json_object *list; /* [{"type","loc","msg","input","ctx"?}, …]; NULL while there is none */
};

/* Checks the query parameters. The result (deferred on the arena) holds the declared fields that are present,
 * coerced to their types. What is wrong is added to errors. */
json_object *fields_read_query(const struct field *fields, const struct request *request,
                               struct field_errors *errors);

/* Checks the JSON body: strict JSON, then the table. The result holds the declared fields alone, coerced;
 * NULL where errors made it meaningless. A body that is no JSON is one error json_invalid. */
json_object *fields_read_body(const struct field *fields, const struct request *request,
                              struct field_errors *errors);

/* Whether a body of this content type is read as JSON; NULL or empty: it is. */
bool fields_type_is_json(const char *content_type);

/* Refuses a body that is not, as a text where an object is due. */
void fields_refuse_body(const struct request *request, struct field_errors *errors);

/* Adds one error; for rules that a table cannot express (uniqueness across items). loc: a JSON array, input:
 * the offending value or NULL, ctx: NULL or an object; all three are taken over. */
void fields_add_error(struct field_errors *errors, const char *type, json_object *loc, const char *msg,
                      json_object *input, json_object *ctx);

#endif
