/* What the steps of a verification share. Only for attest/old_sdk*.c. */
#ifndef RIGGER_OLD_SDK_STEP_H
#define RIGGER_OLD_SDK_STEP_H

#include "attest/proof.h"
#include "old_sdk/pod.h"
#include "old_sdk/verify.h"

#include <json-c/json.h>

enum outcome {
    PASSED,
    WRONG,     /* an answer, and not the right one: no second try */
    NO_ANSWER, /* or one that makes no sense: asked again */
    UNJUDGED   /* our side could not tell */
};

struct verification {
    const struct config *config;
    const struct old_sdk_instance *instance;
    struct pod pod;
    struct proof_context proof;
    json_object *gpus, *challenges; /* parsed */
    bool (*should_stop)(void);
    const char *fault; /* of WRONG and NO_ANSWER */
};

/* One thing to ask. detail: what it is about, where a step is asked about several. */
typedef enum outcome step(struct verification *verification, json_object *detail);

/* Asks a step until it is answered, three times at most. */
enum outcome old_sdk_run(struct verification *verification, step *ask, json_object *detail) MUST_CHECK;

/* Returns outcome, its reason noted. */
enum outcome old_sdk_fail(struct verification *verification, enum outcome outcome, const char *fault);

/* True for a 2xx. */
bool old_sdk_is_good(const struct pod_answer *answer);

/* A value as it is until the verification ends; NULL: no JSON, or null. */
json_object *old_sdk_parse(const struct verification *verification, const char *text) MUST_CHECK;

/* Takes object over; its text lives as long. */
const char *old_sdk_text(const struct verification *verification, json_object *object);

bool old_sdk_is_before(const struct verification *verification, const char *version);

/* SDK before 0.2.0: only the GPU can read the greeting. */
step old_sdk_greet_gpu;

/* SDK 0.2.0 and later: the GPU gets the key, and then the instance can use it. */
step old_sdk_exchange_key;

/* Rounds of what only the very GPUs can answer; for GraVal. */
enum outcome old_sdk_challenge_devices(struct verification *verification) MUST_CHECK;

/* SDK 0.2.20 and later: the command line of the first process and the chute's code are read whole. */
step old_sdk_read_code;

/* SDK before 0.2.20: digests of pieces of the chute's code and of the image's files. */
enum outcome old_sdk_read_pieces(struct verification *verification) MUST_CHECK;

#endif
