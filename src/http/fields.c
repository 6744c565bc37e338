/* Walks a table of fields and a document together. Parses and coerces nothing itself: json.c does the one,
 * fields_coerce.c the other. */
#include "http/fields.h"

#include "http/fields_internal.h"
#include "http/uri.h"
#include "json/json.h"

#include <string.h>
#include <strings.h>

#define WHITE " \t"

static bool read_value(const struct field *field, json_object *input, const struct field_place *place,
                       struct field_errors *errors, json_object **value);

/* The document names its member or it does not: then it may be an error. Returns false for an error. */
static bool read_absent(const struct field *field, json_object *holder, const struct field_place *place,
                        struct field_errors *errors)
{
    if (field->required)
        fields_refuse(errors, place, "missing", "Field required", holder, NULL);
    return !field->required;
}

static bool read_members(const struct field *fields, json_object *input, const struct field_place *place,
                         struct field_errors *errors, json_object **value)
{
    json_object *result = json_made(json_object_new_object());
    bool valid = true;

    for (const struct field *field = fields; field->type != FIELD_END; field++) {
        struct field_place inner = { .parent = place, .name = field->name };
        json_object *member, *read = NULL;

        if (!json_object_object_get_ex(input, field->name, &member))
            valid = read_absent(field, input, &inner, errors) && valid;
        else
            valid = read_value(field, member, &inner, errors, &read) && valid;
        if (read != NULL)
            json_put(result, field->name, read);
    }
    if (valid)
        *value = result;
    else
        json_object_put(result);
    return valid;
}

static bool read_object(const struct field *field, json_object *input, const struct field_place *place,
                        struct field_errors *errors, json_object **value)
{
    bool is_object = json_object_is_type(input, json_type_object);

    if (is_object && field->children != NULL)
        return read_members(field->children, input, place, errors, value);
    if (is_object) {
        *value = json_object_get(input);
        return true;
    }
    if (field->children != NULL && !field->dictionary)
        fields_refuse(errors, place, "model_attributes_type",
                      "Input should be a valid dictionary or object to extract fields from", input, NULL);
    else
        fields_refuse(errors, place, "dict_type", "Input should be a valid dictionary", input, NULL);
    return false;
}

/* A list of too few or too many items. */
static void refuse_count(struct field_errors *errors, const struct field_place *place, json_object *list,
                         bool too_few, int64_t bound)
{
    size_t count = json_object_array_length(list);
    const char *msg =
        arena_printf(errors->arena, "List should have at %s %lld item%s after validation, not %zu",
                     too_few ? "least" : "most", (long long)bound, bound == 1 ? "" : "s", count);
    json_object *ctx = json_made(json_object_new_object());

    json_put(ctx, "field_type", json_made(json_object_new_string("List")));
    json_put(ctx, too_few ? "min_length" : "max_length", json_made(json_object_new_int64(bound)));
    json_put(ctx, "actual_length", json_made(json_object_new_int64((int64_t)count)));
    fields_refuse(errors, place, too_few ? "too_short" : "too_long", msg, list, ctx);
}

static bool read_items(const struct field *field, json_object *input, const struct field_place *place,
                       struct field_errors *errors, json_object **value)
{
    json_object *result = json_made(json_object_new_array());
    size_t count = json_object_array_length(input);
    bool valid = true;

    for (size_t i = 0; i < count; i++) {
        struct field_place inner = { .parent = place, .index = i };
        json_object *item = NULL;

        valid =
            read_value(field->children, json_object_array_get_idx(input, i), &inner, errors, &item) && valid;
        json_append(result, item);
    }
    if (valid && field->has_min && count < (size_t)field->min) {
        refuse_count(errors, place, input, true, field->min);
        valid = false;
    }
    if (valid)
        *value = result;
    else
        json_object_put(result);
    return valid;
}

/* A list that is too long is refused whole, before a look at its items; one that is too short after it. */
static bool read_list(const struct field *field, json_object *input, const struct field_place *place,
                      struct field_errors *errors, json_object **value)
{
    if (!json_object_is_type(input, json_type_array)) {
        fields_refuse(errors, place, "list_type", "Input should be a valid list", input, NULL);
        return false;
    }
    if (field->has_max && json_object_array_length(input) > (size_t)field->max) {
        refuse_count(errors, place, input, false, field->max);
        return false;
    }
    return read_items(field, input, place, errors, value);
}

/* True: *value is the coerced value, the caller's, or NULL for a null that stands for absent. */
static bool read_value(const struct field *field, json_object *input, const struct field_place *place,
                       struct field_errors *errors, json_object **value)
{
    *value = NULL;
    if (input == NULL && field->nullable)
        return true;
    switch (field->type) {
    case FIELD_OBJECT:
        return read_object(field, input, place, errors, value);
    case FIELD_LIST:
        return read_list(field, input, place, errors, value);
    default:
        return fields_coerce(field, input, place, errors, value);
    }
}

json_object *fields_read_query(const struct field *fields, const struct request *request,
                               struct field_errors *errors)
{
    const struct field_place top = { .name = "query" };
    json_object *result = json_made(json_object_new_object());

    json_defer(request->arena, result);
    for (const struct field *field = fields; field->type != FIELD_END; field++) {
        struct field_place place = { .parent = &top, .name = field->name };
        json_object *input, *value;
        bool malformed;
        const char *text = uri_query_value(request->arena, request->query, field->name, &malformed);

        if (malformed) {
            fields_refuse(errors, &place, "string_unicode",
                          "Input should be a valid string, unable to parse raw data as a unicode string",
                          NULL, NULL);
            continue;
        }
        if (text == NULL) {
            (void)read_absent(field, NULL, &place, errors);
            continue;
        }
        input = json_made(json_object_new_string(text));
        if (read_value(field, input, &place, errors, &value))
            json_put(result, field->name, value);
        json_object_put(input);
    }
    return result;
}

static void refuse_json(struct field_errors *errors, const struct json_error *error)
{
    json_object *loc = json_made(json_object_new_array()), *ctx = json_made(json_object_new_object());

    json_append(loc, json_made(json_object_new_string("body")));
    json_append(loc, json_made(json_object_new_int64((int64_t)error->offset)));
    json_put(ctx, "error", json_made(json_object_new_string(error->text)));
    fields_add_error(errors, "json_invalid", loc, "JSON decode error", json_made(json_object_new_object()),
                     ctx);
}

json_object *fields_read_body(const struct field *fields, const struct request *request,
                              struct field_errors *errors)
{
    const struct field_place place = { .name = "body" };
    const struct field whole = { .type = FIELD_OBJECT, .required = true, .children = fields };
    json_object *document, *result = NULL;
    struct json_error error;

    if (request->body_length == 0) {
        (void)read_absent(&whole, NULL, &place, errors);
        return NULL;
    }
    document = json_parse_strict((const char *)request->body, request->body_length, &error);
    if (error.text != NULL) {
        refuse_json(errors, &error);
        return NULL;
    }
    if (read_value(&whole, document, &place, errors, &result))
        json_defer(request->arena, result);
    json_object_put(document);
    return result;
}

void fields_refuse_body(const struct request *request, struct field_errors *errors)
{
    const struct field_place place = { .name = "body" };
    const char *text = (const char *)request->body;
    size_t length = request->body_length;
    json_object *input = NULL;

    if (utf8_is_valid(text, length))
        input = json_made(json_object_new_string_len(text, (int)length));
    fields_refuse(errors, &place, "model_attributes_type",
                  "Input should be a valid dictionary or object to extract fields from", input, NULL);
    json_object_put(input);
}

/* As email.message of Python reads it, which FastAPI asks: up to the first semicolon, exactly one slash. */
bool fields_type_is_json(const char *content_type)
{
    static const char main_type[] = "application/", json[] = "json", suffix[] = "+json";
    const char *subtype;
    size_t length;

    if (content_type == NULL || content_type[0] == '\0')
        return true;
    content_type += strspn(content_type, WHITE);
    length = strcspn(content_type, ";");
    while (length > 0 && strchr(WHITE, content_type[length - 1]) != NULL)
        length--;
    /* rule: http.content_type */
    if (length < sizeof(main_type) || strncasecmp(content_type, main_type, sizeof(main_type) - 1) != 0)
        return false;
    subtype = content_type + sizeof(main_type) - 1;
    length -= sizeof(main_type) - 1;
    if (memchr(subtype, '/', length) != NULL)
        return false;
    if (length == sizeof(json) - 1 && strncasecmp(subtype, json, length) == 0)
        return true;
    return length >= sizeof(suffix) - 1 &&
           strncasecmp(subtype + length - (sizeof(suffix) - 1), suffix, sizeof(suffix) - 1) == 0;
}
