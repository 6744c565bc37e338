/* Strict JSON (RFC 8259) in front of json-c: our own check of UTF-8, lexical form, depth, duplicate keys, NUL in
 * strings and number of values runs before json-c parses, because json-c 0.16 accepts far more than JSON. */
#ifndef RIGGER_HTTP_JSON_H
#define RIGGER_HTTP_JSON_H

#include "core/attributes.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH_MAX  32
#define JSON_VALUES_MAX 65536 /* values in one document: json-c spends hundreds of bytes on each */

struct json_fault {
    size_t offset;    /* in characters (code points), as pydantic counts in loc ["body", offset] */
    const char *text; /* what was wrong, in the words of Python's json module where it has them; static */
};

/* Parses one document of exactly length bytes. NULL, with *fault set, where it is not strict JSON. Integers beyond
 * int64 are kept as json_type_string-free doubles only if the text has a fraction or exponent; else they are a fault
 * of range for whoever asks for an integer (json.c says how). The caller owns the result. */
json_object *json_parse_strict(const char *text, size_t length, struct json_fault *fault) MUST_CHECK;

/* True if the bytes are valid UTF-8: no overlongs, no surrogates, nothing above U+10FFFF. */
bool utf8_is_valid(const char *text, size_t length) MUST_CHECK;

/* Typed reads of an object that http/fields.h has validated. Absent or null gives NULL / the fallback. */
const char *json_get_text(json_object *object, const char *key);
int64_t json_get_integer(json_object *object, const char *key, int64_t fallback);
bool json_get_boolean(json_object *object, const char *key, bool fallback);

#endif
