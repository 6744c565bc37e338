/* Asks again what was not answered, never what was answered wrong. */
#include "old_sdk/ask.h"

#include "core/waiting.h"
#include "json/json.h"
#include "json/json_text.h"

#include <string.h>

#define TRIES 3

enum step_result ask_step(struct verification *verification, step *ask, json_object *subject)
{
    int pause_ms = (int)verification->config->background.verify_retry_ms;
    enum step_result result = STEP_NO_ANSWER;

    verification->subject = subject;
    /* rule: old_sdk.one_answer */
    for (int i = 0; i < TRIES && result == STEP_NO_ANSWER; i++) {
        if (i > 0 && !waiting_pause(pause_ms, verification->pod.deadline_ms))
            break;
        /* rule: old_sdk.stop */
        if (verification->should_stop())
            return STEP_UNJUDGED;
        result = ask(verification);
    }
    /* A wait that was given up because we are to stop is no silence of the instance. */
    return result == STEP_NO_ANSWER && verification->should_stop() ? STEP_UNJUDGED : result;
}

enum step_result ask_fail(struct verification *verification, enum step_result result, enum refusal failure)
{
    verification->failure = failure;
    return result;
}

bool ask_is_good(const struct pod_answer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

json_object *ask_parse(const struct verification *verification, const char *text)
{
    struct json_error error;
    json_object *object = json_parse_strict(text, strlen(text), &error);

    json_defer(verification->pod.arena, object);
    return object;
}

const char *ask_text(const struct verification *verification, json_object *object)
{
    json_defer(verification->pod.arena, object);
    return json_text(verification->pod.arena, object);
}
