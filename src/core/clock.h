/* Time: the monotonic clock for measuring and deadlines, the wall clock for nonces and tokens. */
#ifndef RIGGER_CORE_CLOCK_H
#define RIGGER_CORE_CLOCK_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

/* Milliseconds, microseconds on CLOCK_MONOTONIC. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);

/* Unix seconds. */
int64_t clock_unix_seconds(void);

/* Milliseconds left until a deadline of clock_monotonic_ms, 0 when it has passed; never more than INT_MAX. */
int clock_remaining_ms(int64_t deadline_ms);

/* Waits so many milliseconds; a signal that is not blocked ends the wait early. */
void clock_sleep_ms(int64_t ms);

/* Waits, before another try. False, at once: the deadline would be over by then. */
bool clock_pause(int64_t ms, int64_t deadline_ms) MUST_CHECK;

#endif
