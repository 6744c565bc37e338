/* What is known of a launch while it is checked: a claim before it is reserved, or an attempt at its
 * challenge. Filled in by claim.c and attempt.c from what the database and the pod say; read by checks.c.
 * Nothing here is decided or stored. */
#ifndef RIGGER_LAUNCH_LAUNCH_H
#define RIGGER_LAUNCH_LAUNCH_H

#include "attest/proof.h"
#include "config/config.h"
#include "core/arena.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#define LAUNCH_ANSWER_MARGIN_MS                                                                              \
    3000 /* for the statements after the checks, before the master loses patience */

/* The fields say what they hold in a claim and in an attempt; NULL where they say nothing of one. */
struct launch {
    const struct config *config;
    struct arena *arena;
    int64_t deadline_ms; /* on clock_monotonic_ms, for all checks together */
    const char *config_id;
    const char *seed;  /* in decimals: of the config (old SDKs), of the challenge */
    json_object *body; /* as the pod sent it, validated */

    bool seed_in_command;   /* the SDK names the seed in the command of a pod */
    bool digest_with_claim; /* the SDK sends the filesystem's digest with its claim, not with its attempt */
    const char *image_id, *patch_version, *filename; /* of the chute; patch_version NULL: none */

    /* Of a claim. */
    const char *env_key, *ref_str, *hotkey, *code;
    const char *environment_rules; /* JSON of the administrator's rules; NULL: none */

    /* Of an attempt. */
    const char *symmetric_key;               /* 32 hex digits */
    const char *address;                     /* the vetted one; NULL: none is known */
    const char *probe_ports;                 /* JSON list of a job's mappings; NULL: no job */
    const struct proof_algorithm *algorithm; /* of the challenge; NULL: this build does not know it */
    struct proof_gpu gpu;                    /* that had to work */
    struct proof_challenge challenge;
};

#endif
