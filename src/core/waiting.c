/* Measures waits. What a long one means is the server's, in the hooks. */
#include "core/waiting.h"

#include "core/clock.h"

#include <stddef.h>

#define LATER_SLICE_MS 500 /* how long the end of waits may take to be seen */

static const struct waiting_hooks *registered;

void waiting_register(const struct waiting_hooks *hooks)
{
    registered = hooks;
}

struct waiting waiting_begin(void)
{
    return (struct waiting){ .since_ms = clock_monotonic_ms() };
}

int waiting_slice_ms(const struct waiting *waiting, int left_ms)
{
    int slice_ms = LATER_SLICE_MS;

    if (registered == NULL)
        return left_ms;
    /* A millisecond more: the moment has then passed. */
    if (!waiting->lasts)
        slice_ms = clock_remaining_ms(waiting->since_ms + WAITING_MOMENT_MS) + 1;
    return slice_ms < left_ms ? slice_ms : left_ms;
}

void waiting_goes_on(struct waiting *waiting)
{
    if (registered == NULL || waiting->lasts || clock_monotonic_ms() - waiting->since_ms < WAITING_MOMENT_MS)
        return;
    waiting->lasts = true;
    registered->lasts();
}

bool waiting_is_to_end(void)
{
    return registered != NULL && registered->is_to_end();
}

void waiting_postpone(int64_t ms)
{
    if (registered != NULL && registered->postpone != NULL)
        registered->postpone(ms);
}

bool waiting_pause(int64_t ms, int64_t deadline_ms)
{
    int64_t until_ms = clock_monotonic_ms() + ms;
    struct waiting waiting = waiting_begin();
    int left_ms;

    if (until_ms >= deadline_ms)
        return false;
    while ((left_ms = clock_remaining_ms(until_ms)) > 0) {
        /* rule: waiting.end */
        if (waiting_is_to_end())
            return false;
        clock_sleep_ms(waiting_slice_ms(&waiting, left_ms));
        waiting_goes_on(&waiting);
    }
    return true;
}
