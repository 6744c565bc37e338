/* The table of outcomes, made of the list in status.h. */
#include "core/status.h"

#include <stddef.h>

static const struct {
    int http;
    const char *text;
} outcomes[] = {
#define X(name, code, public_text) [STATUS_##name] = { code, public_text },
    STATUS_TABLE(X)
#undef X
};

#define OUTCOME_COUNT (sizeof(outcomes) / sizeof(outcomes[0]))

int status_http(enum status status)
{
    return (size_t)status < OUTCOME_COUNT ? outcomes[status].http : outcomes[STATUS_FAULT].http;
}

const char *status_text(enum status status)
{
    return (size_t)status < OUTCOME_COUNT ? outcomes[status].text : outcomes[STATUS_FAULT].text;
}
