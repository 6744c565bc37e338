/* The challenge of a launch as the pod sees it, and whether what it answers shows that it was solved.
 * docs/contract.md, "Claim a launch config" and "Answer the challenge". */
#ifndef RIGGER_LAUNCH_CHALLENGE_H
#define RIGGER_LAUNCH_CHALLENGE_H

#include "core/arena.h"
#include "core/attributes.h"
#include "launch/launch.h"

#include <json-c/json.h>
#include <stdbool.h>

/* The answer to a claim: the challenge made for that GPU. job_id NULL: no job. The caller's. */
json_object *challenge_describe(struct arena *arena, const char *config_id, const char *job_id,
                                const struct proof_gpu *gpu,
                                const struct proof_challenge *challenge) NEVER_NULL;

/* True if the body's response is, under the instance's key and the body's iv, the plaintext that the
 * challenge asked for. */
bool challenge_is_answered(const struct launch *launch) MUST_CHECK;

#endif
