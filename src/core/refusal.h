/* What a client may be refused with, and why the check of a launch may fail: the catalogue
 * src/core/refusals.list as C knows it. Checks return one of these codes, SQL functions the code's name; the
 * public text is made only where an answer or a log line is written. No other file writes a public text.
 */
#ifndef RIGGER_CORE_REFUSAL_H
#define RIGGER_CORE_REFUSAL_H

#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusals.h"

enum refusal {
    REFUSAL_NONE, /* allowed, passed */
#define X(name, code, http, text) REFUSAL_##name,
    REFUSAL_TABLE(X)
#undef X
        REFUSAL_COUNT
};

/* The name of a refusal, as SQL functions take and return it ("gpu_in_use"); NULL for REFUSAL_NONE. Static
 * storage. */
const char *refusal_code(enum refusal refusal);

/* The refusal of that name; REFUSAL_NONE where the catalogue has none. */
enum refusal refusal_find(const char *code) MUST_CHECK;

/* The HTTP status of a refusal; 0 for REFUSAL_NONE and for a failure that no request is answered with. */
int refusal_http(enum refusal refusal);

/* The public text as it stands in the catalogue, with {} in the place of the subject; NULL for REFUSAL_NONE.
 * Static. */
const char *refusal_template(enum refusal refusal);

/* The public text with the subject filled in; it lives in the arena, or is static where the text has no place
 * for one. subject NULL: ""; one of more than BOUND_SUBJECT characters is cut, and ends with U+2026. */
const char *refusal_text(struct arena *arena, enum refusal refusal, const char *subject) NEVER_NULL;

#endif
