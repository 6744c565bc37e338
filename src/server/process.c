/* The table of processes, and what all of them do at their start and at their end. */
#include "server/process.h"

#include "attest/proof.h"
#include "confine/confine.h"
#include "core/clock.h"
#include "core/log.h"
#include "metrics/metrics.h"
#include "metrics/turn.h"
#include "programs/ask.h"
#include "server/aside.h"
#include "server/background.h"
#include "server/pipeline.h"
#include "server/programs.h"
#include "server/verifier.h"
#include "server/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MEBIBYTE        ((size_t)1 << 20)
#define SETTING(member) offsetof(struct config, member)

/* Places of settings in the configuration; none of these is its first member, so that 0 means: none. */
struct kind {
    const char *name; /* NULL: the pool's */
    enum pool pool;
    enum role role;
    size_t count;        /* a setting: how many of them; 0: one */
    size_t deadline_ms;  /* a setting: how long one piece of work may take; 0: as long as it likes */
    int64_t grace_ms;    /* on top of the deadline, before the master loses patience */
    bool asks_provider;  /* the deadline goes up by what the provider of the proof of work may take */
    size_t arena_bytes;  /* the most memory that one piece of work may take */
    bool ends_at_signal; /* signals are not held back until the work in hand is done */
    int (*run)(struct process *process);
};

static const struct kind kinds[PROCESS_KIND_COUNT] = {
    [PROCESS_FAST] = { .pool = POOL_FAST,
                       .role = ROLE_FAST,
                       .count = SETTING(server.fast_workers),
                       .deadline_ms = SETTING(server.fast_deadline_ms),
                       .arena_bytes = 64 * MEBIBYTE,
                       .run = worker_run },
    [PROCESS_SLOW] = { .pool = POOL_SLOW,
                       .role = ROLE_SLOW,
                       .count = SETTING(server.slow_workers),
                       .deadline_ms = SETTING(server.slow_deadline_ms),
                       .arena_bytes = 64 * MEBIBYTE,
                       .run = worker_run },
    [PROCESS_BACKGROUND] = { .name = "background",
                             .role = ROLE_BACKGROUND,
                             .arena_bytes = 64 * MEBIBYTE,
                             .run = background_run },
    [PROCESS_VERIFIER] = { .name = "verifier",
                           .role = ROLE_VERIFIER,
                           .count = SETTING(background.verifiers),
                           .deadline_ms = SETTING(background.verify_deadline_ms),
                           .grace_ms = 2 * (int64_t)VERIFIER_GRACE_MS,
                           .asks_provider = true,
                           .arena_bytes = 256 * MEBIBYTE,
                           .run = verifier_run },
    [PROCESS_PROGRAMS] = { .name = "programs",
                           .role = ROLE_PROGRAMS,
                           .arena_bytes = MEBIBYTE,
                           .run = programs_run },
    [PROCESS_BARE] = { .name = "bare",
                       .role = ROLE_ALONE,
                       .deadline_ms = SETTING(server.slow_deadline_ms),
                       .arena_bytes = 64 * MEBIBYTE,
                       .run = worker_run },
    [PROCESS_CGI] = { .name = "cgi",
                      .role = ROLE_ALONE,
                      .deadline_ms = SETTING(server.slow_deadline_ms),
                      .arena_bytes = 64 * MEBIBYTE,
                      .ends_at_signal = true,
                      .run = worker_run_cgi },
};

static int64_t setting(const struct config *config, size_t place, int64_t otherwise)
{
    return place == 0 ? otherwise : *(const int64_t *)(const void *)((const char *)config + place);
}

const char *process_name(enum process_kind kind)
{
    return kinds[kind].name != NULL ? kinds[kind].name : pool_name(kinds[kind].pool);
}

enum pool process_pool(enum process_kind kind)
{
    return kinds[kind].pool;
}

size_t process_count(enum process_kind kind, const struct config *config)
{
    return (size_t)setting(config, kinds[kind].count, 1);
}

const char *process_socket(enum process_kind kind, const struct config *config)
{
    return kinds[kind].pool == POOL_SLOW ? config->server.slow_socket : config->server.fast_socket;
}

void process_prepare(void)
{
    static const char *names[PROCESS_MASTERED_COUNT];

    for (int kind = 0; kind < PROCESS_MASTERED_COUNT; kind++)
        names[kind] = process_name((enum process_kind)kind);
    metrics_name_processes(names, PROCESS_MASTERED_COUNT);
    pipeline_prepare();
}

static bool takes_requests(const struct kind *kind)
{
    return kind->run == worker_run || kind->run == worker_run_cgi;
}

/* Only the soft limit is moved, so that a reload can turn core dumps on. */
static void limit_core_dumps(bool wanted)
{
    struct rlimit limit;

    /* rule: process.core_dumps */
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = wanted ? limit.rlim_max : 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
    prctl(PR_SET_DUMPABLE, wanted ? 1 : 0);
}

/* What a request may make the process take is bounded by what JSON and the arena may; this bounds it whatever
 * is wrong with that. Only the soft limit, so that a program which the process starts can have its own. The
 * sanitizers map more than any limit. */
static void limit_memory(const struct config *config)
{
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    struct rlimit limit;

    /* rule: process.memory */
    if (getrlimit(RLIMIT_DATA, &limit) == 0) {
        rlim_t wanted = (rlim_t)config->server.worker_memory_mb * MEBIBYTE;

        limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
        setrlimit(RLIMIT_DATA, &limit);
    }
#else
    (void)config;
#endif
}

/* A process that takes requests may hold two bodies of the largest size besides. */
static size_t arena_limit(const struct process *process, const struct kind *kind)
{
    const struct config *config = process->config;
    int64_t body = config->server.body_max_bytes > config->server.claim_body_max_bytes
                       ? config->server.body_max_bytes
                       : config->server.claim_body_max_bytes;

    return takes_requests(kind) ? kind->arena_bytes + 2 * (size_t)body : kind->arena_bytes;
}

void process_settle(const struct config *config, const char *name, pid_t master)
{
    log_configure(config->server.log_level, name);
    limit_core_dumps(config->server.core_dumps);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    /* rule: process.orphan */
    if (master != 0 && getppid() != master)
        raise(SIGTERM);
}

/* Whether the process has what its configuration and its kind make it need. */
static bool make_connections(struct process *process, const struct kind *kind)
{
    process->db = db_create(process->config);
    if (process->db == NULL)
        return false;
    if (!takes_requests(kind) || process->config->capacity.redis_url[0] == '\0')
        return true;
    process->targets = target_reader_create(process->config);
    return process->targets != NULL;
}

int process_run(struct process *process)
{
    const struct kind *kind = &kinds[process->kind];
    int code = EXIT_NO_MEMORY;
    sigset_t all;

    signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    sigdelset(&all, SIGSYS); /* see calls_confine */
    if (!kind->ends_at_signal)
        sigprocmask(SIG_SETMASK, &all, NULL);
    process_settle(process->config, process_name(process->kind), process->master);
    if (takes_requests(kind) || process->kind == PROCESS_VERIFIER)
        limit_memory(process->config);
    confine_forget(kind->role, process->config);
    process->peer = -1;
    ask_through(process->door);
    process->arena = arena_create(arena_limit(process, kind));
    if (!make_connections(process, kind))
        log_event(LOG_LEVEL_ERROR,
                  "there is no memory to start a process; free some, or start fewer of them");
    else if (confine_enter(kind->role, process->config, process->slot != NULL ? process->master : 0)) {
        turn_sit(process->slot);
        aside_prepare(process);
        code = kind->run(process);
    }
    target_reader_free(process->targets);
    db_free(process->db);
    arena_free(process->arena);
    return code;
}

int64_t process_longest_wait_ms(const struct config *config)
{
    return config->server.slow_deadline_ms + proof_longest_wait_ms(config);
}

int64_t process_begin(const struct process *process)
{
    const struct kind *kind = &kinds[process->kind];
    int64_t deadline_ms =
        clock_monotonic_ms() + setting(process->config, kind->deadline_ms, 0) + kind->grace_ms;

    if (kind->asks_provider)
        deadline_ms += proof_longest_wait_ms(process->config);
    /* rule: process.deadline */
    if (process->slot != NULL && kind->deadline_ms != 0)
        scoreboard_begin(process->slot, deadline_ms);
    return deadline_ms;
}

void process_end(const struct process *process)
{
    if (process->slot != NULL)
        scoreboard_end(process->slot);
}

bool process_is_told_to_stop(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}

bool process_wait_for_stop(int64_t ms)
{
    struct timespec limit = { .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000L };
    sigset_t stop;

    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    return sigtimedwait(&stop, NULL, &limit) == SIGTERM;
}
