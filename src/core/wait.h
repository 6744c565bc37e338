/* How a process waits for a descriptor while it has a request in hand, and may step aside meanwhile. */
#ifndef RIGGER_CORE_WAIT_H
#define RIGGER_CORE_WAIT_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

/* Waits until fd is ready for events (of poll(2)), has an error or was hung up: what to do next tells. False:
 * deadline_ms (clock_monotonic_ms) came first. */
bool wait_until_ready(int fd, short events, int64_t deadline_ms) MUST_CHECK;

#endif
