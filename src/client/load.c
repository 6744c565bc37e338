/* Threads, and the signals that stop them. */
#include "client/load.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES        ((size_t)16 << 20)
#define RESPONSE_MAX_BYTES ((size_t)1 << 20)
#define CONNECT_TIMEOUT_MS 10000
#define TIMEOUT_MS         120000

struct load {
    struct plan *plan;
    struct report *report;
    size_t count;
    atomic_size_t begun, ended_well; /* lives; begun may end up beyond count */
};

struct runner {
    pthread_t thread;
    struct load *load;
    const struct slot *slot;
};

static atomic_bool *stop_flag;

static void stop(int signal_number)
{
    (void)signal_number;
    atomic_store(stop_flag, true);
}

static void catch_signals(atomic_bool *flag)
{
    struct sigaction caught = { .sa_handler = stop, .sa_flags = (int)SA_RESETHAND };
    struct sigaction ignored = { .sa_handler = SIG_IGN };

    stop_flag = flag;
    sigaction(SIGINT, &caught, NULL);
    sigaction(SIGTERM, &caught, NULL);
    sigaction(SIGPIPE, &ignored, NULL);
}

static void *run(void *argument)
{
    static const struct http_client_limits limits = {
        .connect_timeout_ms = CONNECT_TIMEOUT_MS,
        .timeout_ms = TIMEOUT_MS,
        .response_max_bytes = RESPONSE_MAX_BYTES,
    };
    struct runner *runner = argument;
    struct load *load = runner->load;
    const struct observer observer = {
        .step_done = report_step,
        .progress = report_progress,
        .context = load->report,
    };
    struct http_client *client = http_client_create(&limits, load->plan->ca_file);
    struct arena *arena = arena_create(ARENA_BYTES);
    size_t number;

    while (client != NULL && !atomic_load(&load->plan->stop) &&
           (number = atomic_fetch_add(&load->begun, 1)) < load->count) {
        struct life life = {
            .plan = load->plan,
            .slot = runner->slot,
            .observer = &observer,
            .client = client,
            .arena = arena,
            .number = number + 1,
        };

        if (life_run(&life))
            atomic_fetch_add(&load->ended_well, 1);
        arena_reset(arena);
    }
    arena_free(arena);
    http_client_free(client);
    return NULL;
}

/* Runs the threads to their end. Where fewer can be started, fewer lives run at a time. */
static void run_threads(struct load *load, struct runner *runners, const struct slot *slots,
                        size_t concurrency)
{
    size_t started = 0;

    while (started < concurrency) {
        runners[started].load = load;
        runners[started].slot = &slots[started];
        if (pthread_create(&runners[started].thread, NULL, run, &runners[started]) != 0)
            break;
        started++;
    }
    while (started > 0)
        pthread_join(runners[--started].thread, NULL);
}

enum load_result load_run(struct plan *plan, const struct slot *slots, size_t count, size_t concurrency,
                          struct report *report)
{
    struct load load = { .plan = plan, .report = report, .count = count };
    struct runner *runners = calloc(concurrency, sizeof(*runners));
    size_t begun;

    catch_signals(&plan->stop);
    if (runners != NULL)
        run_threads(&load, runners, slots, concurrency);
    free(runners);
    begun = atomic_load(&load.begun);
    report_end(report, begun < count ? begun : count);
    if (atomic_load(&plan->stop))
        return LOAD_INTERRUPTED;
    return atomic_load(&load.ended_well) == count ? LOAD_WELL : LOAD_FAILED;
}
