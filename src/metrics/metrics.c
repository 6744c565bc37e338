/* The counters, with relaxed atomics: a reader may see a request in one counter and not yet in another. */
#include "metrics/metrics.h"

#include "core/clock.h"
#include "metrics/scoreboard.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <sys/mman.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define LENGTH(of)  (sizeof(of) / sizeof((of)[0]))
#define MICROSECOND 1e-6

/* Anything else is counted as the last. */
static const int statuses[] = { 200, 202, 307, 400, 401, 403, 404, 405, 409,
                                411, 413, 422, 423, 429, 500, 503, 0 };

/* Upper bounds of the buckets, in seconds as text and in microseconds. */
static const struct {
    const char *seconds;
    int64_t us;
} buckets[] = { { "0.001", 1000 },  { "0.0025", 2500 }, { "0.005", 5000 },    { "0.01", 10000 },
                { "0.025", 25000 }, { "0.1", 100000 },  { "0.5", 500000 },    { "2.5", 2500000 },
                { "10", 10000000 }, { "30", 30000000 }, { "+Inf", INT64_MAX } };

struct route_counters {
    _Atomic uint64_t by_status[LENGTH(statuses)];
    _Atomic uint64_t by_bucket[LENGTH(buckets)]; /* of that bucket alone */
    _Atomic uint64_t total_us, database_us;
};

struct metrics {
    struct route_counters routes[METRICS_ROUTES_MAX + 1]; /* the last one: METRICS_NO_ROUTE */
    _Atomic uint64_t counters[METRICS_COUNTER_COUNT];
    _Atomic uint64_t duty_failures[METRICS_DUTY_COUNT]; /* since the last success */
    _Atomic uint64_t duty_done_s[METRICS_DUTY_COUNT];   /* the last success, in Unix seconds; 0: none yet */
};

static struct metrics own;
static struct metrics *shared = &own;
static const char *const *route_names;
static size_t route_count;
static const char *const *process_names;
static size_t process_count;
static const struct scoreboard_slot *scoreboard;
static size_t scoreboard_count;

bool metrics_share(const struct scoreboard_slot *slots, size_t slot_count)
{
    void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return false;
    shared = memory;
    scoreboard = slots;
    scoreboard_count = slot_count;
    return true;
}

static void add(_Atomic uint64_t *counter, uint64_t count)
{
    atomic_fetch_add_explicit(counter, count, memory_order_relaxed);
}

static uint64_t read_counter(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_name_routes(const char *const *names, size_t count)
{
    route_names = names;
    route_count = count < METRICS_ROUTES_MAX ? count : METRICS_ROUTES_MAX;
}

void metrics_name_processes(const char *const *names, size_t count)
{
    process_names = names;
    process_count = count < METRICS_PROCESSES_MAX ? count : METRICS_PROCESSES_MAX;
}

void metrics_count_request(size_t route, int status, int64_t total_us, int64_t database_us)
{
    struct route_counters *counters = &shared->routes[route < route_count ? route : METRICS_NO_ROUTE];
    size_t at = 0, bucket = 0;

    while (statuses[at] != status && statuses[at] != 0)
        at++;
    while (total_us > buckets[bucket].us)
        bucket++;
    add(&counters->by_status[at], 1);
    add(&counters->by_bucket[bucket], 1);
    add(&counters->total_us, (uint64_t)total_us);
    add(&counters->database_us, (uint64_t)database_us);
}

void metrics_count(enum metrics_counter counter, uint64_t count)
{
    add(&shared->counters[counter], count);
}

const char *metrics_duty_name(enum metrics_duty duty)
{
    static const char *const names[] = { "reaper", "relay", "target relay", "pruner", "verifier" };

    return names[duty];
}

bool metrics_note_duty(enum metrics_duty duty, bool done)
{
    if (!done) {
        add(&shared->duty_failures[duty], 1);
        return true;
    }
    return (atomic_exchange(&shared->duty_failures[duty], 0) > 0) |
           (atomic_exchange(&shared->duty_done_s[duty], (uint64_t)clock_unix_seconds()) == 0);
}

static void write_head(struct buf *text, const char *name, const char *type, const char *help)
{
    buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static bool was_asked_for(const struct route_counters *counters)
{
    for (size_t i = 0; i < LENGTH(buckets); i++) {
        if (read_counter(&counters->by_bucket[i]) > 0)
            return true;
    }
    return false;
}

static void write_statuses(struct buf *text, const char *route, const struct route_counters *counters)
{
    for (size_t i = 0; i < LENGTH(statuses); i++) {
        uint64_t count = read_counter(&counters->by_status[i]);

        if (count > 0 && statuses[i] != 0)
            buf_printf(text, "rigger_requests_total{route=\"%s\",status=\"%d\"} %" PRIu64 "\n", route,
                       statuses[i], count);
        else if (count > 0)
            buf_printf(text, "rigger_requests_total{route=\"%s\",status=\"other\"} %" PRIu64 "\n", route,
                       count);
    }
}

static void write_durations(struct buf *text, const char *route, const struct route_counters *counters)
{
    uint64_t count = 0;

    for (size_t i = 0; i < LENGTH(buckets); i++) {
        count += read_counter(&counters->by_bucket[i]);
        buf_printf(text, "rigger_request_duration_seconds_bucket{route=\"%s\",le=\"%s\"} %" PRIu64 "\n",
                   route, buckets[i].seconds, count);
    }
    buf_printf(text, "rigger_request_duration_seconds_sum{route=\"%s\"} %.6f\n", route,
               (double)read_counter(&counters->total_us) * MICROSECOND);
    buf_printf(text, "rigger_request_duration_seconds_count{route=\"%s\"} %" PRIu64 "\n", route, count);
}

static void write_database(struct buf *text, const char *route, const struct route_counters *counters)
{
    buf_printf(text, "rigger_database_seconds_total{route=\"%s\"} %.6f\n", route,
               (double)read_counter(&counters->database_us) * MICROSECOND);
}

/* Routes that nobody has asked for yet are left out. */
static void write_routes(struct buf *text,
                         void (*write)(struct buf *, const char *, const struct route_counters *))
{
    for (size_t i = 0; i < route_count; i++) {
        if (was_asked_for(&shared->routes[i]))
            write(text, route_names[i], &shared->routes[i]);
    }
    if (was_asked_for(&shared->routes[METRICS_NO_ROUTE]))
        write(text, "none", &shared->routes[METRICS_NO_ROUTE]);
}

static void write_worker_gauge(struct buf *text, const char *name, const char *help, const unsigned *counts)
{
    write_head(text, name, "gauge", help);
    for (size_t kind = 0; kind < process_count; kind++)
        buf_printf(text, "%s{pool=\"%s\"} %u\n", name, process_names[kind], counts[kind]);
}

static void write_workers(struct buf *text)
{
    unsigned counts[METRICS_PROCESSES_MAX] = { 0 }, busy[METRICS_PROCESSES_MAX] = { 0 };
    unsigned aside[METRICS_PROCESSES_MAX] = { 0 }, held[METRICS_PROCESSES_MAX] = { 0 };
    size_t kind;

    for (size_t i = 0; i < scoreboard_count; i++) {
        if (!scoreboard_is_occupied(&scoreboard[i], &kind) || kind >= process_count)
            continue;
        if (scoreboard_stand(&scoreboard[i]) == SCOREBOARD_ASIDE) {
            aside[kind]++;
            continue;
        }
        counts[kind]++;
        busy[kind] += scoreboard_is_busy(&scoreboard[i]);
        held[kind] += scoreboard_stand(&scoreboard[i]) == SCOREBOARD_ASKING;
    }
    write_worker_gauge(text, "rigger_workers", "Worker processes, by pool.", counts);
    write_worker_gauge(text, "rigger_workers_busy", "Workers with a request in hand, by pool.", busy);
    write_worker_gauge(text, "rigger_workers_waiting",
                       "Workers beside their pool, whose network takes long, by pool.", aside);
    write_worker_gauge(text, "rigger_workers_held",
                       "Workers that wait in their place, because too many are aside.", held);
}

static void write_counters(struct buf *text)
{
    static const struct {
        enum metrics_counter counter;
        const char *name, *labels, *help; /* help: of the first of a name */
    } lines[] = {
        { METRICS_WORKER_DEATHS, "rigger_worker_deaths_total", "",
          "Workers that did not end as they should; those that were killed included." },
        { METRICS_WORKERS_KILLED, "rigger_workers_killed_total", "", "Workers killed past their deadline." },
        { METRICS_CONNECTIONS_SILENT, "rigger_connections_silent_total", "",
          "Connections of the web server that were closed because no whole request came in time." },
        { METRICS_ADDRESSES_TOO_FAST, "rigger_requests_too_many_total", "{by=\"address\"}",
          "Requests refused because their address, or their proven hotkey, sent too many." },
        { METRICS_HOTKEYS_TOO_FAST, "rigger_requests_too_many_total", "{by=\"hotkey\"}", NULL },
        { METRICS_API_KEYS_WRONG, "rigger_api_keys_wrong_total", "",
          "API keys that were hashed and found wrong." },
        { METRICS_CONFIGS_REAPED, "rigger_reaped_total", "{kind=\"launch_config\"}",
          "What the reaper took." },
        { METRICS_INSTANCES_REAPED, "rigger_reaped_total", "{kind=\"instance\"}", NULL },
        { METRICS_EVENTS_PUBLISHED, "rigger_events_published_total", "", "Events that Redis has taken." },
        { METRICS_TARGETS_READ, "rigger_target_reads_total", "{result=\"target\"}",
          "Looks at a chute's target in Redis; the capacity log counted for all but result=target." },
        { METRICS_TARGETS_SILENT, "rigger_target_reads_total", "{result=\"silent\"}", NULL },
        { METRICS_TARGETS_UNFIT, "rigger_target_reads_total", "{result=\"unfit\"}", NULL },
        { METRICS_TARGETS_AWAY, "rigger_target_reads_total", "{result=\"away\"}", NULL },
        { METRICS_TARGETS_PAUSED, "rigger_target_reads_total", "{result=\"paused\"}", NULL },
        { METRICS_TARGETS_SET, "rigger_targets_set_total", "",
          "Targets of administrators that Redis has taken." },
        { METRICS_VERIFICATIONS_PASSED, "rigger_background_verifications_total", "{result=\"passed\"}",
          "Instances of old SDKs that were judged." },
        { METRICS_VERIFICATIONS_FAILED, "rigger_background_verifications_total", "{result=\"failed\"}",
          NULL },
    };

    for (size_t i = 0; i < LENGTH(lines); i++) {
        if (lines[i].help != NULL)
            write_head(text, lines[i].name, "counter", lines[i].help);
        buf_printf(text, "%s%s %" PRIu64 "\n", lines[i].name, lines[i].labels,
                   read_counter(&shared->counters[lines[i].counter]));
    }
}

static void write_duty_gauge(struct buf *text, const char *name, const char *help,
                             const _Atomic uint64_t *values)
{
    write_head(text, name, "gauge", help);
    for (int duty = 0; duty < METRICS_DUTY_COUNT; duty++)
        buf_printf(text, "%s{duty=\"%s\"} %" PRIu64 "\n", name, metrics_duty_name(duty),
                   read_counter(&values[duty]));
}

void metrics_write(struct buf *text)
{
    write_head(text, "rigger_build_info", "gauge", "The program.");
    buf_puts(text, "rigger_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
    write_head(text, "rigger_requests_total", "counter", "Answered requests, by route and status.");
    write_routes(text, write_statuses);
    write_head(text, "rigger_request_duration_seconds", "histogram", "From the first byte to the answer.");
    write_routes(text, write_durations);
    write_head(text, "rigger_database_seconds_total", "counter", "Time spent waiting for the database.");
    write_routes(text, write_database);
    write_workers(text);
    write_counters(text);
    write_duty_gauge(text, "rigger_duty_failures", "How often a background duty has failed in a row.",
                     shared->duty_failures);
    write_duty_gauge(text, "rigger_duty_last_success_timestamp_seconds",
                     "When it was last done, in Unix seconds; 0: not yet.", shared->duty_done_s);
}
