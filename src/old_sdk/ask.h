/* How an instance of an old SDK is asked: a step at a time, again where it gave no answer, and what its steps
 * share. The steps themselves are in gpu.c and code.c, their order is in verify.c; here is nothing of
 * either. */
#ifndef RIGGER_OLD_SDK_ASK_H
#define RIGGER_OLD_SDK_ASK_H

#include "attest/proof.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "old_sdk/instance.h"
#include "old_sdk/pod.h"

#include <json-c/json.h>
#include <stdbool.h>

enum step_result {
    STEP_PASSED,
    STEP_WRONG,     /* an answer, and not the right one: no second try */
    STEP_NO_ANSWER, /* or one that makes no sense: asked again */
    STEP_UNJUDGED   /* our side could not tell */
};

/* One verification. All that it makes lives on the pod's arena. */
struct verification {
    const struct config *config;
    const struct old_sdk_instance *instance;
    struct pod pod;
    struct proof_context proof;
    json_object *gpus, *challenges; /* of the instance, parsed */
    json_object *subject; /* what the step is about, where one step is asked about several; or NULL */
    bool (*should_stop)(void);
    enum refusal failure; /* of STEP_WRONG and STEP_NO_ANSWER */
};

/* One thing to ask the instance. */
typedef enum step_result step(struct verification *verification);

/* Asks a step about a subject (NULL: none) until it is answered, three times at most and within the time that
 * the verification has; pauses between. STEP_UNJUDGED, too, where it is told to stop. */
enum step_result ask_step(struct verification *verification, step *ask, json_object *subject) MUST_CHECK;

/* Returns result, with the failure noted. */
enum step_result ask_fail(struct verification *verification, enum step_result result, enum refusal failure);

/* True for a 2xx. */
bool ask_is_good(const struct pod_answer *answer);

/* The value of a JSON text, as long as the arena; NULL: no JSON, or null. */
json_object *ask_parse(const struct verification *verification, const char *text) MUST_CHECK;

/* Takes object over; it and its text live as long as the arena. */
const char *ask_text(const struct verification *verification, json_object *object);

#endif
