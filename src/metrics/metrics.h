/* Counters in memory that the master and its children share, and their text for Prometheus. A responder
 * without a master (bare FastCGI, CGI) counts for itself alone. */
#ifndef RIGGER_METRICS_METRICS_H
#define RIGGER_METRICS_METRICS_H

#include "core/attributes.h"
#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metrics_counter {
    METRICS_WORKER_DEATHS,  /* by a signal, or with an error */
    METRICS_WORKERS_KILLED, /* past their deadline */
    METRICS_CONFIGS_REAPED,
    METRICS_INSTANCES_REAPED,
    METRICS_EVENTS_PUBLISHED,
    METRICS_VERIFICATIONS_PASSED, /* in the background */
    METRICS_VERIFICATIONS_FAILED,
    METRICS_COUNTER_COUNT
};

struct scoreboard_slot;

/* Makes the shared memory; the master calls it before it forks. slots: its scoreboard. False: no memory. */
bool metrics_share(const struct scoreboard_slot *slots, size_t slot_count) MUST_CHECK;

/* An answered request. route: an endpoint's name; NULL: none was found. */
void metrics_count_request(const char *route, int status, int64_t total_us, int64_t database_us);

void metrics_count(enum metrics_counter counter, uint64_t count);

/* Appends the text exposition format 0.0.4 (prometheus.io, "Exposition formats"). */
void metrics_write(struct buf *text);

#endif
