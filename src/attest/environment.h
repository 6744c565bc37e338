/* What the dumps of a pod must show: the processes that run there, and the chute's code (docs/attestation.md,
 * "Environment"). The whole check is for launch/checks.c; the command is compared for old SDKs as well. */
#ifndef RIGGER_ATTEST_ENVIRONMENT_H
#define RIGGER_ATTEST_ENVIRONMENT_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the pod sent, and what its chute and config say. */
struct environment_claim {
    const char *env, *code;                              /* the dumps */
    const char *env_key, *ref_str, *hotkey, *chute_code; /* expectations */
    const char *graval_seed;                             /* SDK before 0.3.0; else NULL */
    const char *rules;                                   /* JSON of the administrator's rules; NULL: none */
};

/* What the first process must be running. */
struct environment_command {
    const char *ref_str, *hotkey, *validator;
    const char *seed; /* SDK before 0.3.0: the graval seed; NULL: none */
};

/* True if cmdline, with any path before python, python3 or python3.x and before chutes taken off, is exactly
 * the expected command. */
bool environment_command_matches(struct arena *arena, const char *cmdline,
                                 const struct environment_command *expected) MUST_CHECK;

/* REFUSAL_NONE if the opened `env` dump shows pid 1 of user chutes running exactly the expected command; else
 * the refusal. NULL is a dump that could not be opened. */
enum refusal environment_check_processes(struct arena *arena, json_object *env,
                                         const struct environment_command *expected) MUST_CHECK;

/* REFUSAL_NONE if the opened `code` dump holds exactly the chute's code; else the refusal. */
enum refusal environment_check_code(struct arena *arena, json_object *document, const char *code) MUST_CHECK;

/* Why one of the administrator's rules cannot be used, and *pointer: which; NULL: all can. */
const char *environment_rules_error(json_object *rules, const char **pointer) MUST_CHECK;

/* REFUSAL_NONE if the opened `env` dump satisfies the administrator's rules; else the refusal. rules: a JSON
 * object of JSON pointer (RFC 6901) to {"equals": value}, {"matches": pattern of attest/pattern.h} or
 * {"present": bool}. One that cannot be used is broken. */
enum refusal environment_check_rules(json_object *env, json_object *rules) MUST_CHECK;

/* Opens both dumps and checks all of the above. *refusal: its text never says what was expected;
 * REFUSAL_NONE: all is as it should be, or the provider is `none`. Anything but STATUS_OK: there was no
 * verdict until deadline_ms (clock_monotonic_ms), which is not the pod's doing. */
enum status environment_check(const struct config *config, struct arena *arena,
                              const struct environment_claim *claim, int64_t deadline_ms,
                              enum refusal *refusal) MUST_CHECK;

#endif
