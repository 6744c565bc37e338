/* GET activate: the pod is ready. A service that is away for a moment is asked again: the instance is
 * verified, and only this call is missing. */
#include "client/call.h"
#include "client/step.h"

#include <time.h>

#define TRIES          6
#define FIRST_PAUSE_MS 250 /* doubled from try to try */

static void pause_ms(long ms)
{
    const struct timespec duration = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

    /* A signal ends the pause early, as it should. */
    nanosleep(&duration, NULL);
}

static bool run(struct life *life, struct outcome *outcome)
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
    ok = call_send(life, &call, outcome, &answer);
    for (int try = 1; outcome->status == 503 && try < TRIES && !atomic_load(&life->plan->stop); try++) {
        pause_ms(FIRST_PAUSE_MS << (try - 1));
        ok = call_send(life, &call, outcome, &answer);
    }
    return ok;
}

const struct step step_activate = {
    .name = "activate",
    .run = run,
};
