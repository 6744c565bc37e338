/* Builds json-c values from a strictly parsed text, and reads and writes them for the rest of the tree. Does
 * not judge what a document says: http/fields.h does. */
#include "json/json.h"

#include "core/log.h"
#include "json/json_scan.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OWN_DEPTH_MAX 1000

struct parser {
    struct json_scanner scan;
    size_t values;
};

static bool parse_value(struct parser *parser, unsigned depth, json_object **value);

static void NO_RETURN give_up(void)
{
    log_event(LOG_LEVEL_ERROR, "out of memory for JSON; the process ends");
    _exit(EXIT_NO_MEMORY);
}

json_object *json_made(json_object *value)
{
    if (value == NULL)
        give_up();
    return value;
}

void json_put(json_object *object, const char *key, json_object *value)
{
    if (json_object_object_add(object, key, value) != 0)
        give_up();
}

void json_append(json_object *array, json_object *value)
{
    if (json_object_array_add(array, value) != 0)
        give_up();
}

const char *json_made_text(const char *text)
{
    if (text == NULL)
        give_up();
    return text;
}

static void put_value(void *value)
{
    json_object_put(value);
}

void json_defer(struct arena *arena, json_object *value)
{
    arena_defer(arena, put_value, value);
}

static bool parse_string(struct parser *parser, json_object **value)
{
    const char *text;
    size_t length;

    if (!json_scan_string(&parser->scan, &text, &length))
        return false;
    *value = json_made(json_object_new_string_len(text, (int)length));
    return true;
}

static bool parse_number(struct parser *parser, json_object **value)
{
    const char *text;
    bool integral;

    if (!json_scan_number(&parser->scan, &text, &integral))
        return false;
    if (integral) {
        long long number;

        errno = 0;
        number = strtoll(text, NULL, 10);
        if (errno == 0) {
            *value = json_made(json_object_new_int64(number));
            return true;
        }
    }
    *value = json_made(json_object_new_double_s(strtod(text, NULL), text));
    return true;
}

/* What follows a member or an item: a comma (taken) or the closing bracket (taken; *closed). */
static bool parse_separator(struct parser *parser, char bracket, bool *closed)
{
    json_scan_space(&parser->scan);
    *closed = json_scan_peek(&parser->scan) == bracket;
    if (!*closed && json_scan_peek(&parser->scan) != ',')
        return json_scan_fail(&parser->scan, parser->scan.at, "Expecting ',' delimiter");
    parser->scan.at++;
    json_scan_space(&parser->scan);
    return true;
}

static bool parse_array(struct parser *parser, unsigned depth, json_object *array)
{
    bool closed = false;

    while (!closed) {
        json_object *item;

        if (!parse_value(parser, depth, &item))
            return false;
        json_append(array, item);
        if (!parse_separator(parser, ']', &closed))
            return false;
    }
    return true;
}

static bool parse_object(struct parser *parser, unsigned depth, json_object *object)
{
    struct json_scanner *scan = &parser->scan;
    bool closed = false;

    while (!closed) {
        const char *key_at = scan->at, *key;
        json_object *member;
        size_t length;

        if (json_scan_peek(scan) != '"')
            return json_scan_fail(scan, key_at, "Expecting property name enclosed in double quotes");
        if (!json_scan_string(scan, &key, &length))
            return false;
        /* rule: json.duplicate */
        if (json_object_object_get_ex(object, key, NULL))
            return json_scan_fail(scan, key_at, "Duplicate property name");
        json_scan_space(scan);
        if (json_scan_peek(scan) != ':')
            return json_scan_fail(scan, scan->at, "Expecting ':' delimiter");
        scan->at++;
        json_scan_space(scan);
        if (!parse_value(parser, depth, &member))
            return false;
        json_put(object, key, member);
        if (!parse_separator(parser, '}', &closed))
            return false;
    }
    return true;
}

/* An opening bracket is next. */
static bool parse_container(struct parser *parser, unsigned depth, json_object **value)
{
    struct json_scanner *scan = &parser->scan;
    bool is_object = *scan->at == '{';
    char bracket = is_object ? '}' : ']';
    json_object *container;
    bool parsed;

    /* rule: json.depth */
    if (depth == JSON_DEPTH_MAX)
        return json_scan_fail(scan, scan->at, "Too many levels of nesting");
    container = json_made(is_object ? json_object_new_object() : json_object_new_array());
    scan->at++;
    json_scan_space(scan);
    if (json_scan_peek(scan) == bracket) {
        scan->at++;
        parsed = true;
    } else {
        parsed = is_object ? parse_object(parser, depth + 1, container)
                           : parse_array(parser, depth + 1, container);
    }
    if (!parsed) {
        json_object_put(container);
        return false;
    }
    *value = container;
    return true;
}

/* On failure nothing is left to be freed. */
static bool parse_value(struct parser *parser, unsigned depth, json_object **value)
{
    struct json_scanner *scan = &parser->scan;

    *value = NULL;
    /* rule: json.values */
    if (++parser->values > JSON_VALUES_MAX)
        return json_scan_fail(scan, scan->at, "Too many values");
    switch (json_scan_peek(scan)) {
    case '{':
    case '[':
        return parse_container(parser, depth, value);
    case '"':
        return parse_string(parser, value);
    case 'n':
        return json_scan_literal(scan, "null");
    case 't':
    case 'f': {
        bool truth = *scan->at == 't';

        if (!json_scan_literal(scan, truth ? "true" : "false"))
            return false;
        *value = json_made(json_object_new_boolean(truth));
        return true;
    }
    default:
        return parse_number(parser, value);
    }
}

static bool parse_document(struct parser *parser, json_object **value)
{
    struct json_scanner *scan = &parser->scan;

    json_scan_space(scan);
    if (!parse_value(parser, 0, value))
        return false;
    json_scan_space(scan);
    /* rule: json.end */
    return scan->at == scan->end || json_scan_fail(scan, scan->at, "Extra data");
}

/* Code points that begin in [start, end), which is valid UTF-8. */
static size_t count_characters(const char *start, const char *end)
{
    size_t count = 0;

    for (const char *at = start; at < end; at++)
        count += (*at & 0xC0) != 0x80;
    return count;
}

json_object *json_parse_strict(const char *text, size_t length, struct json_error *error)
{
    struct parser parser = { .scan = { .start = text, .at = text, .end = text + length } };
    json_object *value = NULL;
    size_t valid;
    char *words;

    *error = (struct json_error){ .text = NULL };
    if (length > INT_MAX) { /* json-c counts bytes in an int */
        error->text = "Too long";
        return NULL;
    }
    valid = json_scan_utf8_prefix(text, length);
    /* rule: json.utf8 */
    if (valid < length) {
        *error =
            (struct json_error){ .offset = count_characters(text, text + valid), .text = "Invalid UTF-8" };
        return NULL;
    }
    words = malloc(JSON_SCAN_WORDS_BYTES(length));
    if (words == NULL)
        give_up();
    parser.scan.words = words;
    if (!parse_document(&parser, &value)) {
        error->offset = count_characters(text, parser.scan.error_at);
        error->text = parser.scan.error;
        json_object_put(value);
        value = NULL;
    }
    free(words);
    return value;
}

json_object *json_parse_own(const char *text)
{
    struct json_error error;
    json_object *value = json_parse_strict(text, strlen(text), &error);

    struct json_tokener *parser;

    if (value != NULL || error.text == NULL)
        return value;
    /* Deeper or larger than anything that we take from others. */
    parser = json_tokener_new_ex(OWN_DEPTH_MAX);
    if (parser == NULL)
        give_up();
    value = json_tokener_parse_ex(parser, text, -1);
    json_tokener_free(parser);
    return value;
}

bool json_is_integer(json_object *value)
{
    return json_object_is_type(value, json_type_int) ||
           (json_object_is_type(value, json_type_double) &&
            strpbrk(json_object_get_string(value), ".eEn") == NULL);
}

bool utf8_is_valid(const char *text, size_t length)
{
    return json_scan_utf8_prefix(text, length) == length;
}

const char *json_get_text(json_object *object, const char *key)
{
    json_object *value;

    if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

int64_t json_get_integer(json_object *object, const char *key, int64_t fallback)
{
    json_object *value;

    if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_int))
        return fallback;
    return json_object_get_int64(value);
}

const char *json_get_integer_text(json_object *object, const char *key)
{
    json_object *value;

    if (!json_object_object_get_ex(object, key, &value) || !json_is_integer(value))
        return NULL;
    return json_object_get_string(value);
}

bool json_get_boolean(json_object *object, const char *key, bool fallback)
{
    json_object *value;

    if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_boolean))
        return fallback;
    return json_object_get_boolean(value);
}
