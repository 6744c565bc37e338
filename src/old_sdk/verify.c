/* The steps in order, each by its rule of repetition: what is not answered is asked again, what is answered
 * wrong is not. */
#include "old_sdk/step.h"

#include "attest/host.h"
#include "core/clock.h"
#include "core/encode.h"
#include "core/version.h"
#include "json/json.h"

#include <poll.h>
#include <sodium.h>
#include <string.h>

#define TRIES              3
#define RESOLVE_TIMEOUT_MS 5000

enum outcome old_sdk_fail(struct verification *verification, enum outcome outcome, const char *fault)
{
    verification->fault = fault;
    return outcome;
}

bool old_sdk_is_before(const struct verification *verification, const char *version)
{
    return version_is_before(verification->instance->sdk_version, version);
}

enum outcome old_sdk_run(struct verification *verification, step *ask, json_object *detail)
{
    int pause_ms = (int)verification->config->background.verify_retry_ms;
    enum outcome outcome = NO_ANSWER;

    for (int i = 0; i < TRIES && outcome == NO_ANSWER; i++) {
        if (i > 0 && clock_remaining_ms(verification->pod.deadline_ms) <= pause_ms)
            break;
        if (i > 0)
            poll(NULL, 0, pause_ms);
        if (verification->should_stop())
            return UNJUDGED;
        outcome = ask(verification, detail);
    }
    return outcome;
}

bool old_sdk_is_good(const struct pod_answer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

json_object *old_sdk_parse(const struct verification *verification, const char *text)
{
    struct json_fault fault;
    json_object *object = json_parse_strict(text, strlen(text), &fault);

    json_defer(verification->pod.arena, object);
    return object;
}

const char *old_sdk_text(const struct verification *verification, json_object *object)
{
    json_defer(verification->pod.arena, object);
    return json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static enum outcome run_all(struct verification *verification)
{
    enum outcome outcome = old_sdk_run(
        verification, old_sdk_is_before(verification, "0.2.0") ? old_sdk_greet_gpu : old_sdk_exchange_key,
        NULL);

    if (outcome == PASSED)
        outcome = old_sdk_is_before(verification, "0.2.20")
                      ? old_sdk_read_pieces(verification)
                      : old_sdk_run(verification, old_sdk_read_code, NULL);
    return outcome == PASSED ? old_sdk_challenge_devices(verification) : outcome;
}

/* False: what the database holds of it makes no verification. */
static bool prepare(struct verification *verification)
{
    const struct old_sdk_instance *instance = verification->instance;

    verification->gpus = old_sdk_parse(verification, instance->gpus);
    verification->challenges = old_sdk_parse(verification, instance->challenges);
    return json_object_is_type(verification->gpus, json_type_array) &&
           json_object_array_length(verification->gpus) > 0 &&
           json_object_is_type(verification->challenges, json_type_array) &&
           instance->symmetric_key != NULL &&
           hex_decode(verification->pod.key, sizeof(verification->pod.key), instance->symmetric_key,
                      strlen(instance->symmetric_key));
}

enum old_sdk_verdict old_sdk_verify(const struct config *config, struct arena *arena,
                                    const struct old_sdk_instance *instance, bool (*should_stop)(void),
                                    const char **fault)
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
                 .deadline_ms = deadline_ms },
        .proof = { .config = config, .arena = arena, .deadline_ms = deadline_ms },
        .should_stop = should_stop,
    };
    enum outcome outcome;

    verification.pod.hides_paths = !old_sdk_is_before(&verification, "0.2.14");
    if (!prepare(&verification)) {
        *fault = "The instance has no GPUs or no key";
        return OLD_SDK_FAILED;
    }
    *fault = instance->address == NULL
                 ? host_vet(config, arena, instance->host, RESOLVE_TIMEOUT_MS, &verification.pod.address)
                 : NULL;
    if (*fault != NULL)
        return OLD_SDK_FAILED;
    outcome = run_all(&verification);
    sodium_memzero(verification.pod.key, sizeof(verification.pod.key));
    *fault = verification.fault;
    if (outcome == UNJUDGED && !should_stop() && clock_remaining_ms(deadline_ms) == 0) {
        *fault = "The instance could not be verified in time";
        outcome = NO_ANSWER;
    }
    return outcome == PASSED ? OLD_SDK_PASSED : outcome == UNJUDGED ? OLD_SDK_UNJUDGED : OLD_SDK_FAILED;
}
