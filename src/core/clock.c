/* The two clocks. Deadlines must never be measured on the wall clock: it can be set. */
#include "core/clock.h"

#include <limits.h>
#include <poll.h>
#include <time.h>

int64_t clock_monotonic_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
    return clock_monotonic_us() / 1000;
}

int64_t clock_unix_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

int clock_remaining_ms(int64_t deadline_ms)
{
    int64_t now = clock_monotonic_ms();

    if (deadline_ms <= now)
        return 0;
    return deadline_ms - now > INT_MAX ? INT_MAX : (int)(deadline_ms - now);
}

void clock_sleep_ms(int64_t ms)
{
    poll(NULL, 0, ms > INT_MAX ? INT_MAX : (int)ms);
}

bool clock_pause(int64_t ms, int64_t deadline_ms)
{
    if (clock_remaining_ms(deadline_ms) <= ms)
        return false;
    clock_sleep_ms(ms);
    return true;
}
