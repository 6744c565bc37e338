/* The environment check of a claim: opens both dumps and judges them with attest/envdump.h. */
#ifndef RIGGER_ATTEST_ENVIRONMENT_H
#define RIGGER_ATTEST_ENVIRONMENT_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"

/* What the pod sent, and what its chute and config say. */
struct environment_claim {
    const char *env, *code;                              /* the dumps */
    const char *env_key, *ref_str, *hotkey, *chute_code; /* expectations */
    const char *graval_seed;                             /* SDK before 0.3.0; else NULL */
    const char *rules;                                   /* JSON of the administrator's rules; NULL: none */
};

/* *refusal: its text never says what was expected; REFUSAL_NONE: all is as it should be, or the provider is
 * `none`. Anything but STATUS_OK: it could not be judged, which is not the pod's fault. */
enum status environment_check(const struct config *config, struct arena *arena,
                              const struct environment_claim *claim, enum refusal *refusal) MUST_CHECK;

#endif
