/* Remembers that a service beside this program is away, so that not everybody who needs it waits for it: one
 * asks again after each pause, the others do without. Lives in shared memory, where several processes are to
 * know, and zeroed it says that the service is there. */
#ifndef RIGGER_CORE_OUTAGE_H
#define RIGGER_CORE_OUTAGE_H

#include "core/attributes.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct outage {
    _Atomic int64_t again_ms; /* on clock_monotonic_ms, when one may ask again; 0: the service is there */
};

/* Whether to ask the service now. In an outage true once in each pause, for whoever comes first. */
bool outage_may_ask(struct outage *outage, int64_t pause_ms) MUST_CHECK;

/* The service did not do what was asked: nobody asks again before the pause is over. True: it was there until
 * now, which is worth a line in the log. */
bool outage_begin(struct outage *outage, int64_t pause_ms) MUST_CHECK;

/* The service did it. True: it was away until now. */
bool outage_end(struct outage *outage) MUST_CHECK;

#endif
