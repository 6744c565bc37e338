/* The errors of a 422. They echo what was sent, but never so much of it that a hostile body is answered by a
 * larger one. */
#include "http/fields_internal.h"

#include "core/bounds.h"
#include "json/json.h"

#include <string.h>

/* Errors beyond these are not told, strings beyond these are cut, and what holds more values (or a longer
 * name or number) is echoed as null. An honest mistake keeps far below. */
#define ERRORS_MAX      256
#define ECHO_VALUES_MAX 64

static bool echo(json_object *value, size_t *left, json_object **copy);

static json_object *echo_string(json_object *value)
{
    const char *text = json_object_get_string(value);
    size_t length = (size_t)json_object_get_string_len(value);
    size_t kept = bound_prefix(text, length, BOUND_ECHO);

    return kept == length ? json_object_get(value) : json_made(json_object_new_string_len(text, (int)kept));
}

static bool echo_array(json_object *array, size_t *left, json_object *copy)
{
    for (size_t i = 0; i < json_object_array_length(array); i++) {
        json_object *item;

        if (!echo(json_object_array_get_idx(array, i), left, &item))
            return false;
        json_append(copy, item);
    }
    return true;
}

static bool echo_object(json_object *object, size_t *left, json_object *copy)
{
    json_object_object_foreach(object, key, member)
    {
        json_object *echoed;

        if (strlen(key) > BOUND_ECHO || !echo(member, left, &echoed))
            return false;
        json_put(copy, key, echoed);
    }
    return true;
}

/* Copies value as far as it may be told; false: it may not, and there is no copy. */
static bool echo(json_object *value, size_t *left, json_object **copy)
{
    const char *number;
    bool whole = true;

    *copy = NULL;
    if (*left == 0)
        return false;
    --*left;
    switch (json_object_get_type(value)) {
    case json_type_string:
        *copy = echo_string(value);
        return true;
    case json_type_double:
        number = json_object_get_userdata(value);
        if (number != NULL && strlen(number) > BOUND_ECHO)
            return false;
        *copy = json_object_get(value);
        return true;
    case json_type_array:
        *copy = json_made(json_object_new_array());
        whole = echo_array(value, left, *copy);
        break;
    case json_type_object:
        *copy = json_made(json_object_new_object());
        whole = echo_object(value, left, *copy);
        break;
    default:
        *copy = json_object_get(value);
        return true;
    }
    if (!whole) {
        json_object_put(*copy);
        *copy = NULL;
    }
    return whole;
}

void fields_add_error(struct field_errors *errors, const char *type, json_object *loc, const char *msg,
                      json_object *input, json_object *ctx)
{
    size_t left = ECHO_VALUES_MAX;
    json_object *error, *echoed = NULL;

    if (errors->list == NULL) {
        errors->list = json_made(json_object_new_array());
        json_defer(errors->arena, errors->list);
    }
    if (json_object_array_length(errors->list) == ERRORS_MAX) {
        json_object_put(loc);
        json_object_put(input);
        json_object_put(ctx);
        return;
    }
    error = json_made(json_object_new_object());
    json_put(error, "type", json_made(json_object_new_string(type)));
    json_put(error, "loc", loc);
    json_put(error, "msg", json_made(json_object_new_string(msg)));
    json_put(error, "input", echo(input, &left, &echoed) ? echoed : NULL);
    if (ctx != NULL)
        json_put(error, "ctx", ctx);
    json_append(errors->list, error);
    json_object_put(input);
}

static json_object *make_loc(const struct field_place *place)
{
    json_object *loc;

    if (place == NULL)
        return json_made(json_object_new_array());
    loc = make_loc(place->parent);
    json_append(loc, json_made(place->name != NULL ? json_object_new_string(place->name)
                                                   : json_object_new_int64((int64_t)place->index)));
    return loc;
}

void fields_refuse(struct field_errors *errors, const struct field_place *place, const char *type,
                   const char *msg, json_object *input, json_object *ctx)
{
    fields_add_error(errors, type, make_loc(place), msg, json_object_get(input), ctx);
}

json_object *fields_bound(const char *key, int64_t number)
{
    json_object *ctx = json_made(json_object_new_object());

    json_put(ctx, key, json_made(json_object_new_int64(number)));
    return ctx;
}
