/* The regular expressions of the administrator's rules: POSIX extended ones, read as glibc does in the C
 * locale, byte by byte, without back-references. The texts come from miners, so neither a pattern nor a text
 * may cost more than is known before: a pattern becomes a list of at most PATTERN_STEPS_MAX steps, and a
 * match walks the text once with the set of all steps that are possible (Thompson's construction: R. Cox,
 * "Regular Expression Matching Can Be Simple And Fast", 2007). regcomp() takes gigabytes for "((a{255}){255}
 * ){255}", and regexec() hours for some texts of 8 KiB. */
#ifndef RIGGER_ATTEST_PATTERN_H
#define RIGGER_ATTEST_PATTERN_H

#include "core/arena.h"
#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

#define PATTERN_BYTES_MAX 1024
#define PATTERN_STEPS_MAX 4096  /* of 12 bytes each, once, and 32 bytes for each of at most 256 sets */
#define PATTERN_TEXT_MAX  16384 /* bytes; a longer text matches nothing */

struct pattern;

/* The pattern ready for use, on the arena; NULL: it cannot be used, and *error says why (static). */
const struct pattern *pattern_compile(struct arena *arena, const char *text, const char **error) MUST_CHECK;

/* Whether the pattern is found anywhere in the text. Takes at most length · PATTERN_STEPS_MAX steps, and
 * 40 bytes for each step of the pattern on the arena. */
bool pattern_matches(struct arena *arena, const struct pattern *pattern, const char *text,
                     size_t length) MUST_CHECK;

#endif
