/* The two dumps of a claim, `env` and `code`: who can open them depends on the provider (docs/attestation.md,
 * "Environment"). What is in them environment.c looks at. */
#ifndef RIGGER_ATTEST_DUMPS_H
#define RIGGER_ATTEST_DUMPS_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

struct sealed_dumps {
    const char *env, *code; /* as the pod sent them */
    const char *env_key;    /* the config's, hex */
};

/* Of the arena; NULL: that dump cannot be opened, or is no JSON object. */
struct dumps {
    json_object *env, *code;
    enum refusal refused; /* which of the two a program refused, and so opened neither; else REFUSAL_NONE */
};

/* Anything but STATUS_OK: whether they can be opened is not known, which is not the pod's doing. The provider
 * must not be `none`. */
enum status dumps_open(const struct config *config, struct arena *arena, const struct sealed_dumps *sealed,
                       int64_t deadline_ms, struct dumps *dumps) MUST_CHECK;

/* Reads the answer of a program, one line of JSON: the documents, or a refusal. False: it is neither. */
bool dumps_read_answer(struct arena *arena, const char *line, struct dumps *dumps) MUST_CHECK;

#endif
