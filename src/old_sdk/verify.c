/* Which steps there are for which SDK, and their order. */
#include "old_sdk/verify.h"

#include "core/clock.h"
#include "core/encode.h"
#include "old_sdk/ask.h"
#include "old_sdk/code.h"
#include "old_sdk/gpu.h"
#include "old_sdk/pod.h"

#include <sodium.h>
#include <string.h>

static enum step_result run_all(struct verification *verification)
{
    enum step_result result =
        ask_step(verification, verification->instance->holds_key ? gpu_exchange_key : gpu_greet, NULL);

    if (result == STEP_PASSED)
        result = verification->instance->shows_files ? ask_step(verification, code_read_whole, NULL)
                                                     : code_read_pieces(verification);
    return result == STEP_PASSED ? gpu_challenge_devices(verification) : result;
}

/* False: what the database holds of it makes no verification. */
static bool prepare(struct verification *verification)
{
    const struct old_sdk_instance *instance = verification->instance;

    verification->gpus = ask_parse(verification, instance->gpus);
    verification->challenges = ask_parse(verification, instance->challenges);
    return json_object_is_type(verification->gpus, json_type_array) &&
           json_object_array_length(verification->gpus) > 0 &&
           json_object_is_type(verification->challenges, json_type_array) &&
           instance->symmetric_key != NULL &&
           hex_decode(verification->pod.key, sizeof(verification->pod.key), instance->symmetric_key,
                      strlen(instance->symmetric_key));
}

enum old_sdk_verdict old_sdk_verify(const struct config *config, struct arena *arena,
                                    const struct old_sdk_instance *instance, bool (*should_stop)(void),
                                    enum refusal *failure)
{
    int64_t deadline_ms = clock_monotonic_ms() + config->background.verify_deadline_ms;
    struct verification verification = {
        .config = config,
        .instance = instance,
        .pod = { .config = config,
                 .arena = arena,
                 .host = instance->host,
                 .address = instance->address,
                 .port = instance->port,
                 .hotkey = instance->hotkey,
                 .hides_paths = instance->hides_paths,
                 .deadline_ms = deadline_ms },
        .proof = { .config = config,
                   .arena = arena,
                   .deadline_ms = deadline_ms + proof_longest_wait_ms(config) },
        .should_stop = should_stop,
    };
    enum step_result result;

    if (!prepare(&verification)) {
        *failure = REFUSAL_OLD_SDK_INCOMPLETE;
        return OLD_SDK_FAILED;
    }
    if (pod_find_address(&verification.pod, failure) != STATUS_OK)
        result = STEP_UNJUDGED;
    else
        result = *failure == REFUSAL_NONE ? run_all(&verification) : STEP_WRONG;
    sodium_memzero(verification.pod.key, sizeof(verification.pod.key));
    if (*failure == REFUSAL_NONE)
        *failure = verification.failure;
    if (result == STEP_UNJUDGED && !should_stop() && clock_remaining_ms(verification.pod.deadline_ms) == 0) {
        *failure = REFUSAL_OLD_SDK_LATE;
        result = STEP_NO_ANSWER;
    }
    return result == STEP_PASSED     ? OLD_SDK_PASSED
           : result == STEP_UNJUDGED ? OLD_SDK_UNJUDGED
                                     : OLD_SDK_FAILED;
}
