/* Prints json-c's values. json-c's own printer goes on where it has no memory, and leaves a text out of which
 * a piece is missing: an answer, a token or a row would carry it. */
#include "json/json_text.h"

#include "core/buf.h"
#include "json/json.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_MAX_BYTES ((size_t)1 << 29)

static void print(struct buf *text, json_object *value);

static void print_integer(struct buf *text, json_object *value)
{
    int64_t number = json_object_get_int64(value);

    if (number < 0)
        buf_printf(text, "%" PRId64, number);
    else
        buf_printf(text, "%" PRIu64, json_object_get_uint64(value)); /* which may be larger */
}

static void print_array(struct buf *text, json_object *array)
{
    size_t count = json_object_array_length(array);

    buf_puts(text, "[");
    for (size_t i = 0; i < count; i++) {
        buf_puts(text, i > 0 ? "," : "");
        print(text, json_object_array_get_idx(array, i));
    }
    buf_puts(text, "]");
}

static void print_object(struct buf *text, json_object *object)
{
    const char *separator = "{";

    json_object_object_foreach(object, key, member)
    {
        buf_puts(text, separator);
        separator = ",";
        buf_json_string(text, key, strlen(key));
        buf_puts(text, ":");
        print(text, member);
    }
    buf_puts(text, separator[0] == '{' ? "{}" : "}");
}

static void print(struct buf *text, json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_null:
        buf_puts(text, "null");
        break;
    case json_type_boolean:
        buf_puts(text, json_object_get_boolean(value) ? "true" : "false");
        break;
    case json_type_double:
        buf_puts(text, json_made_text(json_object_get_string(value))); /* as it was written */
        break;
    case json_type_int:
        print_integer(text, value);
        break;
    case json_type_string:
        buf_json_string(text, json_object_get_string(value), (size_t)json_object_get_string_len(value));
        break;
    case json_type_array:
        print_array(text, value);
        break;
    case json_type_object:
        print_object(text, value);
        break;
    }
}

char *json_text(struct arena *arena, json_object *value)
{
    struct buf text;
    char *kept;

    buf_init(&text, TEXT_MAX_BYTES);
    print(&text, value);
    kept = arena_strndup(arena, json_made_text(text.failed ? NULL : text.data), text.length);
    buf_free(&text);
    return kept;
}
