/* Bodies and queries against the tables of the real endpoints: what is accepted is accepted again as it was
 * coerced, and stays the same. */
#include "http/fields.h"
#include "endpoints/registry.h"
#include "fuzz/fuzz.h"
#include "json/json.h"

#include <string.h>

void fuzz_fields(const unsigned char *data, size_t size);

static const struct endpoint *choose(unsigned number)
{
    size_t count = 0;

    while (endpoint_registry[count] != NULL)
        count++;
    return endpoint_registry[number % count];
}

static json_object *read_body(const struct endpoint *endpoint, struct arena *arena, const void *body,
                              size_t length, bool *refused)
{
    struct request request = { .arena = arena, .query = "", .body = body, .body_length = length };
    struct field_errors errors = { .arena = arena };
    json_object *read = fields_read_body(endpoint->body, &request, &errors);

    if (errors.list == NULL && endpoint->check != NULL && read != NULL)
        endpoint->check(read, &errors);
    *refused = errors.list != NULL;
    if (*refused)
        FUZZ_CHECK(json_object_array_length(errors.list) > 0);
    return read;
}

void fuzz_fields(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const struct endpoint *endpoint = choose(fuzz_byte(&rest));
    json_object *read, *again;
    bool refused;

    if (endpoint->query != NULL) {
        struct request request = { .arena = arena, .query = fuzz_text(arena, rest.data, rest.size) };
        struct field_errors errors = { .arena = arena };

        read = fields_read_query(endpoint->query, &request, &errors);
        FUZZ_CHECK(errors.list != NULL || read != NULL);
    }
    if (endpoint->body == NULL)
        return;
    read = read_body(endpoint, arena, rest.data, rest.size, &refused);
    if (refused || read == NULL)
        return;
    const char *printed = json_object_to_json_string_ext(read, JSON_C_TO_STRING_PLAIN);
    again = read_body(endpoint, arena, printed, strlen(printed), &refused);
    FUZZ_CHECK(!refused && json_object_equal(read, again));
}
