/* The order of the steps, and the loop over them. What a step does is in its own file. */
#include "client/life.h"

#include "client/step.h"
#include "core/clock.h"

#include <sodium.h>
#include <string.h>

static const struct step *const steps[LIFE_STEP_COUNT] = {
    &step_token, &step_claim, &step_solve, &step_verify, &step_activate, &step_token_check, &step_delete,
};

const char *life_step_name(size_t step)
{
    return steps[step]->name;
}

size_t life_step_find(const char *name)
{
    size_t step = 0;

    while (step < LIFE_STEP_COUNT && strcmp(steps[step]->name, name) != 0)
        step++;
    return step;
}

bool life_run(struct life *life)
{
    const struct plan *plan = life->plan;
    bool ok = true;

    for (size_t i = 0; ok && i <= plan->last_step; i++) {
        struct life_step_result result = { 0 };
        int64_t started = clock_monotonic_us();

        if (steps[i] == &step_delete && plan->keep)
            break;
        if (atomic_load(&plan->stop)) {
            ok = false;
            break;
        }
        ok = steps[i]->run(life, &result);
        result.us = clock_monotonic_us() - started;
        life->observer->step_done(life->observer->context, life, i, ok, &result);
    }
    sodium_memzero(life->key, sizeof(life->key));
    return ok;
}
