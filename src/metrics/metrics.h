/* Counts what the program does, in memory that the master and its children share, and writes the counters as
 * text for Prometheus. The processes of src/server count; the endpoint `metrics` shows the text. A responder
 * without a master (bare FastCGI, CGI) counts for itself alone. This room knows no endpoint and no kind
 * of process: they are numbers here, and the server hands their names over at its start. */
#ifndef RIGGER_METRICS_METRICS_H
#define RIGGER_METRICS_METRICS_H

#include "core/attributes.h"
#include "core/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METRICS_ROUTES_MAX 64
#define METRICS_NO_ROUTE   ((size_t)METRICS_ROUTES_MAX) /* of a request that no route was found for */

#define METRICS_PROCESSES_MAX 16

enum metrics_counter {
    METRICS_WORKER_DEATHS,  /* by a signal, or with an error */
    METRICS_WORKERS_KILLED, /* past their deadline */
    METRICS_CONNECTIONS_SILENT,
    METRICS_ADDRESSES_TOO_FAST, /* requests that were refused for their number: by address, by hotkey */
    METRICS_HOTKEYS_TOO_FAST,
    METRICS_API_KEYS_WRONG,
    METRICS_CONFIGS_REAPED,
    METRICS_INSTANCES_REAPED,
    METRICS_EVENTS_PUBLISHED,
    METRICS_TARGETS_READ,   /* in Redis, and the ways in which it told none: */
    METRICS_TARGETS_SILENT, /* no key */
    METRICS_TARGETS_UNFIT,  /* no target in it */
    METRICS_TARGETS_AWAY,   /* no answer */
    METRICS_TARGETS_PAUSED, /* not asked, after one that did not come */
    METRICS_TARGETS_SET,
    METRICS_VERIFICATIONS_PASSED, /* in the background */
    METRICS_VERIFICATIONS_FAILED,
    METRICS_COUNTER_COUNT
};

/* What the background does. Several processes may have the same duty. */
enum metrics_duty {
    METRICS_DUTY_REAPER,
    METRICS_DUTY_RELAY,
    METRICS_DUTY_TARGET_RELAY,
    METRICS_DUTY_PRUNER,
    METRICS_DUTY_VERIFIER,
    METRICS_DUTY_COUNT
};

struct scoreboard_slot;

/* Makes the shared memory; the master calls it before it forks. slots: its scoreboard. False: no memory. */
bool metrics_share(const struct scoreboard_slot *slots, size_t slot_count) MUST_CHECK;

/* What the routes 0, 1, … are called in the text, at most METRICS_ROUTES_MAX. Called at the start, before a
 * process forks or counts; the names are kept, not copied. */
void metrics_name_routes(const char *const *names, size_t count);

/* What the kinds 0, 1, … of the scoreboard's processes are called, at most METRICS_PROCESSES_MAX; as above.
 */
void metrics_name_processes(const char *const *names, size_t count);

/* Counts an answered request, its whole time and the part of it that the database took, both in microseconds.
 * route: a number that has a name, or METRICS_NO_ROUTE. */
void metrics_count_request(size_t route, int status, int64_t total_us, int64_t database_us);

void metrics_count(enum metrics_counter counter, uint64_t count);

/* What a duty is called, in the metrics and in rigger.duties. */
const char *metrics_duty_name(enum metrics_duty duty);

/* A duty has been done, or has failed. True where that is worth a note: it failed, or it is well and was not,
 * or nobody knew. */
bool metrics_note_duty(enum metrics_duty duty, bool done) MUST_CHECK;

/* Appends the text exposition format 0.0.4 (prometheus.io, "Exposition formats"). */
void metrics_write(struct buf *text);

#endif
