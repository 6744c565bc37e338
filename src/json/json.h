/* Strict JSON (RFC 8259) over json-c's values. json-c 0.16 parses far more than JSON, so the text is parsed
 * here (with its UTF-8, depth, duplicate keys, NULs in strings and number of values checked), and json-c only
 * holds and prints what was found. */
#ifndef RIGGER_JSON_JSON_H
#define RIGGER_JSON_JSON_H

#include "core/arena.h"
#include "core/attributes.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#define JSON_DEPTH_MAX  32
#define JSON_VALUES_MAX 65536 /* values in one document: json-c spends hundreds of bytes on each */

struct json_error {
    size_t offset;    /* in characters (code points), as pydantic counts in loc ["body", offset] */
    const char *text; /* what was wrong, in the words of Python's json module where it has them; static */
};

/* Parses one document of exactly length bytes. NULL, with *error set, where it is not strict JSON; NULL with
 * error->text NULL is the document "null". Integers of int64 are json_type_int. Every other number is a
 * json_type_double that keeps its text: json_object_get_string gives it as it was written, and
 * json_is_integer tells whether it is an integer that int64 cannot hold. The caller owns the result. Want of
 * memory ends the process, as it does with an arena. */
json_object *json_parse_strict(const char *text, size_t length, struct json_error *error) MUST_CHECK;

/* True for a number written without fraction and exponent, however large. */
bool json_is_integer(json_object *value);

/* True if the bytes are valid UTF-8: no overlongs, no surrogates, nothing above U+10FFFF. */
bool utf8_is_valid(const char *text, size_t length) MUST_CHECK;

/* Typed reads of an object that http/fields.h has validated. Absent or null gives NULL / the fallback. */
const char *json_get_text(json_object *object, const char *key);
int64_t json_get_integer(json_object *object, const char *key, int64_t fallback);
bool json_get_boolean(json_object *object, const char *key, bool fallback);

/* The digits of an integer of any size, for as long as the object lives. NULL: absent, or no integer. */
const char *json_get_integer_text(json_object *object, const char *key);

/* Building: json-c tells want of memory by NULL or a code; these end the process instead, as an arena does.
 * json_made returns value, which must not be a JSON null; json_put and json_append take value over. */
json_object *json_made(json_object *value) NEVER_NULL;
void json_put(json_object *object, const char *key, json_object *value);
void json_append(json_object *array, json_object *value);

/* The same for a text that a printer made: NULL ends the process. */
const char *json_made_text(const char *text) NEVER_NULL;

/* What this program or its database has written, up to 1000 levels deep; NULL is the document null. json-c's
 * own parser may return a part of a document where it has no memory. */
json_object *json_parse_own(const char *text);

/* Gives value up with the arena's next reset. NULL is ignored. */
void json_defer(struct arena *arena, json_object *value);

#endif
