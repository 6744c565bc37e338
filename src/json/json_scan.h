/* The words of a JSON text: white space, strings, numbers. What json.c and json_scan.c share; nobody else
 * includes this. */
#ifndef RIGGER_JSON_JSON_SCAN_H
#define RIGGER_JSON_JSON_SCAN_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

struct json_scanner {
    const char *start, *at, *end;
    char *words;       /* where the next decoded word goes; words stay until the scanner's owner frees them */
    const char *error; /* NULL while nothing is wrong */
    const char *error_at;
};

/* What the words of a text of length bytes need at most: a string shrinks by its quotes, a number grows by
 * its NUL and has a neighbour or the end. */
#define JSON_SCAN_WORDS_BYTES(length) ((length) + 1)

/* Bytes of text that are valid UTF-8, counted from its start (RFC 3629). */
size_t json_scan_utf8_prefix(const char *text, size_t length);

/* Notes the first error. Always false, so that a caller can return it. */
bool json_scan_fail(struct json_scanner *scanner, const char *at, const char *error);

void json_scan_space(struct json_scanner *scanner);

/* The byte to come, NUL at the end (where a NUL byte in the text is as wrong as the end). */
char json_scan_peek(const struct json_scanner *scanner);

/* Takes a string whose opening quote is next. *text is decoded, UTF-8, NUL-terminated and holds no other NUL.
 */
bool json_scan_string(struct json_scanner *scanner, const char **text, size_t *length) MUST_CHECK;

/* Takes a number as RFC 8259 writes it; *text is NUL-terminated. *integral: it has neither fraction nor
 * exponent. */
bool json_scan_number(struct json_scanner *scanner, const char **text, bool *integral) MUST_CHECK;

/* Takes word if it comes next. */
bool json_scan_literal(struct json_scanner *scanner, const char *word) MUST_CHECK;

#endif
