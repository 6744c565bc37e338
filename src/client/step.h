/* The shape of a step: one constant per file, listed in life.c. */
#ifndef RIGGER_CLIENT_STEP_H
#define RIGGER_CLIENT_STEP_H

#include "client/life.h"
#include "core/attributes.h"

#include <stdbool.h>

struct step {
    const char *name;
    /* Does the step and says in *result how it went. False: the life ends here, result->detail says why. */
    bool (*run)(struct life *life, struct life_step_result *result) MUST_CHECK;
};

extern const struct step step_token, step_claim, step_solve, step_verify, step_activate, step_token_check,
    step_delete;

#endif
