/* Says what a table enforces. Where the validator is lax (an integer as text, a choice in any case), the
 * schema names the proper form. */
#include "http/fields_schema.h"

#include "json/json.h"

static const char *const types[] = {
    [FIELD_TEXT] = "string",   [FIELD_INTEGER] = "integer", [FIELD_BOOLEAN] = "boolean",
    [FIELD_OBJECT] = "object", [FIELD_LIST] = "array",      [FIELD_CHOICE] = "string",
};

static json_object *text(const char *value)
{
    return json_made(json_object_new_string(value));
}

static json_object *number(int64_t value)
{
    return json_made(json_object_new_int64(value));
}

static void put_type(json_object *schema, const struct field *field)
{
    json_object *either;

    if (!field->nullable) {
        json_put(schema, "type", text(types[field->type]));
        return;
    }
    either = json_made(json_object_new_array());
    json_append(either, text(types[field->type]));
    json_append(either, text("null"));
    json_put(schema, "type", either);
}

static void put_bounds(json_object *schema, const struct field *field)
{
    static const struct {
        const char *min, *max;
    } names[] = {
        [FIELD_TEXT] = { "minLength", "maxLength" },
        [FIELD_INTEGER] = { "minimum", "maximum" },
        [FIELD_LIST] = { "minItems", "maxItems" },
    };

    if (field->has_min)
        json_put(schema, names[field->type].min, number(field->min));
    if (field->has_max)
        json_put(schema, names[field->type].max, number(field->max));
}

static void put_properties(const struct field *fields, json_object *properties, json_object *required)
{
    for (; fields->type != FIELD_END; fields++) {
        if (fields->type == FIELD_MEMBERS) {
            put_properties(fields->children, properties, required);
            continue;
        }
        json_put(properties, fields->name, fields_schema_of(fields));
        if (fields->required)
            json_append(required, text(fields->name));
    }
}

/* What an object's members are, into its schema. */
static void put_members(json_object *schema, const struct field *fields)
{
    json_object *properties = json_made(json_object_new_object()),
                *required = json_made(json_object_new_array());

    put_properties(fields, properties, required);
    json_put(schema, "properties", properties);
    if (json_object_array_length(required) > 0)
        json_put(schema, "required", required);
    else
        json_object_put(required);
}

json_object *fields_schema_of(const struct field *field)
{
    json_object *schema = json_made(json_object_new_object()), *choices;

    put_type(schema, field);
    if (field->doc != NULL)
        json_put(schema, "description", text(field->doc));
    put_bounds(schema, field);
    if (field->type == FIELD_CHOICE) {
        choices = json_made(json_object_new_array());
        for (const char *const *choice = field->choices; *choice != NULL; choice++)
            json_append(choices, text(*choice));
        json_put(schema, "enum", choices);
    }
    if (field->type == FIELD_LIST)
        json_put(schema, "items", fields_schema_of(field->children));
    if (field->type == FIELD_OBJECT && field->children != NULL)
        put_members(schema, field->children);
    return schema;
}

json_object *fields_schema_of_object(const struct field *fields)
{
    return fields_schema_of(&(struct field){ .type = FIELD_OBJECT, .children = fields });
}
