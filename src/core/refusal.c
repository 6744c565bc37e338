/* The catalogue of refusals in memory, made of the table in core/refusals.h, which the build makes of
 * refusals.list. */
#include "core/refusal.h"

#include "core/bounds.h"

#include <stddef.h>
#include <string.h>

#define PLACE    "{}"
#define ELLIPSIS "\xe2\x80\xa6"

static const struct {
    const char *code;
    int http;
    const char *text;
} refusals[REFUSAL_COUNT] = {
#define X(name, code_text, status, public_text) [REFUSAL_##name] = { code_text, status, public_text },
    REFUSAL_TABLE(X)
#undef X
};

const char *refusal_code(enum refusal refusal)
{
    return refusals[refusal].code;
}

enum refusal refusal_find(const char *code)
{
    for (size_t i = REFUSAL_NONE + 1; i < REFUSAL_COUNT; i++)
        if (strcmp(refusals[i].code, code) == 0)
            return (enum refusal)i;
    return REFUSAL_NONE;
}

int refusal_http(enum refusal refusal)
{
    return refusals[refusal].http;
}

const char *refusal_template(enum refusal refusal)
{
    return refusals[refusal].text;
}

const char *refusal_text(struct arena *arena, enum refusal refusal, const char *subject)
{
    const char *text = refusals[refusal].text, *place;
    size_t length, kept;

    if (text == NULL)
        return "";
    place = strstr(text, PLACE);
    if (place == NULL)
        return text;
    if (subject == NULL)
        subject = "";
    length = strlen(subject);
    /* rule: refusal.subject */
    kept = bound_prefix(subject, length, BOUND_SUBJECT);
    return arena_printf(arena, "%.*s%.*s%s%s", (int)(place - text), text, (int)kept, subject,
                        kept < length ? ELLIPSIS : "", place + sizeof(PLACE) - 1);
}
