/* GET activate: the pod is ready. A service that is away for a moment is asked again: the instance is
 * verified, and only this call is missing. */
#include "client/call.h"
#include "client/step.h"
#include "core/clock.h"

#define TRIES          6
#define FIRST_PAUSE_MS 250 /* doubled from try to try */

static bool run(struct life *life, struct life_step_result *result)
{
    struct credential credential;
    struct call call = {
        .method = "GET",
        .path = arena_printf(life->arena, "/instances/launch_config/%s/activate", life->config_id),
        .credential = &credential,
    };
    json_object *answer;
    bool ok;

    call_bear(life, &credential);
    ok = call_send(life, &call, result, &answer);
    for (int try = 1; result->status == 503 && try < TRIES && !atomic_load(&life->plan->stop); try++) {
        clock_sleep_ms(FIRST_PAUSE_MS << (try - 1));
        ok = call_send(life, &call, result, &answer);
    }
    return ok;
}

const struct step step_activate = {
    .name = "activate",
    .run = run,
};
