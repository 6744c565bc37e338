/* Strict JSON: what is accepted is the same again once it was printed, and its print is accepted. */
#include "json/json.h"
#include "fuzz/fuzz.h"

#include <string.h>

void fuzz_json(const unsigned char *data, size_t size);

void fuzz_json(const unsigned char *data, size_t size)
{
    struct json_error error = { 0 }, again = { 0 };
    json_object *value, *second;
    const char *printed;
    size_t length;

    value = json_parse_strict((const char *)data, size, &error);
    if (value == NULL) {
        FUZZ_CHECK(error.text == NULL || error.offset <= size);
        return;
    }
    FUZZ_CHECK(utf8_is_valid((const char *)data, size));
    printed = json_object_to_json_string_length(
        value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    FUZZ_CHECK(printed != NULL && strlen(printed) == length);
    second = json_parse_strict(printed, length, &again);
    FUZZ_CHECK(second != NULL && json_object_equal(value, second));
    json_object_put(second);
    json_object_put(value);
}
