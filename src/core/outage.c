/* One word, changed by compare and swap: who moves the end of the pause is the one who asks. */
#include "core/outage.h"

#include "core/clock.h"

bool outage_may_ask(struct outage *outage, int64_t pause_ms)
{
    int64_t again_ms = atomic_load(&outage->again_ms), now_ms = clock_monotonic_ms();

    if (again_ms == 0)
        return true;
    /* rule: outage.pause */
    if (now_ms < again_ms)
        return false;
    /* rule: outage.one */
    return atomic_compare_exchange_strong(&outage->again_ms, &again_ms, now_ms + pause_ms);
}

bool outage_begin(struct outage *outage, int64_t pause_ms)
{
    return atomic_exchange(&outage->again_ms, clock_monotonic_ms() + pause_ms) == 0;
}

bool outage_end(struct outage *outage)
{
    return atomic_exchange(&outage->again_ms, 0) != 0;
}
