/* One loop, woken by signals and by a clock tick: it collects the processes that have ended, forks those that
 * are missing, and kills those whose work is overdue. */
#include "server/master.h"

#include "confine/confine.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/share.h"
#include "launch/target.h"
#include "metrics/metrics.h"
#include "metrics/rate.h"
#include "metrics/scoreboard.h"
#include "metrics/turn.h"
#include "server/asides.h"
#include "server/door.h"
#include "server/listener.h"
#include "server/notify.h"
#include "server/process.h"
#include "server/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK_MS          200
#define QUICK_DEATH_MS   1000
#define RESPAWN_DELAY_MS 1000
#define GIVE_UP_SHARE    4 /* of drain_ms: after that part of it nobody waits for the database any more */

static const int ending_signals[] = { SIGTERM, SIGINT, SIGQUIT };

/* A place for a child. At a reload the old child moves to `old` and finishes while its successor serves. */
struct child {
    enum process_kind kind;
    pid_t pid, old;
    int64_t started_ms, not_before_ms;
    struct scoreboard_slot *slot, *old_slot;
};

struct master {
    struct config *config;
    const char *config_path;
    struct child *children;
    size_t count;
    struct asides *asides;         /* beside the places */
    struct scoreboard_slot *slots; /* of all of them */
    size_t slot_count;
    int listeners[PROCESS_MASTERED_COUNT]; /* -1: it has none */
    struct door door;
    sigset_t signals;
};

static NO_RETURN void run_child(const struct master *master, const struct child *child, pid_t master_pid)
{
    struct door door = master->door;
    struct process process = {
        .kind = child->kind,
        .config = master->config,
        .listener = master->listeners[child->kind],
        .slot = child->slot,
        .door = door_keep(&door, child->kind == PROCESS_PROGRAMS),
        .master = master_pid,
    };

    exit(process_run(&process));
}

static void start_child(const struct master *master, struct child *child)
{
    pid_t master_pid = getpid(), pid;

    scoreboard_occupy(child->slot, child->kind);
    pid = fork();
    if (pid == 0)
        run_child(master, child, master_pid);
    child->started_ms = clock_monotonic_ms();
    if (pid < 0) {
        scoreboard_vacate(child->slot);
        log_event(LOG_LEVEL_ERROR,
                  "cannot start a %s process, trying again in a second: %s. Look at the limits on processes "
                  "and memory",
                  process_name(child->kind), strerror(errno));
        child->not_before_ms = child->started_ms + RESPAWN_DELAY_MS;
        return;
    }
    child->pid = pid;
}

static void note_death(struct child *child, int state)
{
    int64_t now_ms = clock_monotonic_ms();
    bool clean = watch_death(child->kind, child->pid, state);

    scoreboard_vacate(child->slot);
    if (!clean && now_ms - child->started_ms < QUICK_DEATH_MS)
        child->not_before_ms = now_ms + RESPAWN_DELAY_MS;
    child->pid = 0;
}

static void forget_old(struct child *child)
{
    scoreboard_vacate(child->old_slot);
    child->old = 0;
}

static void collect_dead(struct master *master)
{
    int state;
    pid_t pid;

    while ((pid = waitpid(-1, &state, WNOHANG)) > 0) {
        share_forget(pid);
        asides_forget(master->asides, pid, state);
        for (size_t i = 0; i < master->count; i++) {
            if (master->children[i].pid == pid)
                note_death(&master->children[i], state);
            else if (master->children[i].old == pid)
                forget_old(&master->children[i]);
        }
    }
}

static void let_all_aside(struct master *master)
{
    for (size_t i = 0; i < master->count; i++) {
        struct child *child = &master->children[i];

        asides_let_in(master->asides, child->kind, &child->pid, &child->slot);
        asides_let_in(master->asides, child->kind, &child->old, &child->old_slot);
    }
}

static void look_after(struct master *master)
{
    int64_t now_ms = clock_monotonic_ms();

    let_all_aside(master);
    asides_kill_overdue(master->asides, now_ms);

    for (size_t i = 0; i < master->count; i++) {
        struct child *child = &master->children[i];

        if (child->pid == 0 && now_ms >= child->not_before_ms)
            start_child(master, child);
        watch_kill_overdue(child->kind, child->pid, child->slot, now_ms);
        watch_kill_overdue(child->kind, child->old, child->old_slot, now_ms);
    }
}

static void warn_of_restarts(const struct config *before, const struct config *after)
{
    const struct setting *setting = NULL;

    while ((setting = config_next_restart_needed(before, after, setting)) != NULL)
        log_event(LOG_LEVEL_WARNING,
                  "[%s] %s has changed: that takes effect at the next restart, not at a reload",
                  setting->section, setting->key);
}

static void warn_of_weak_secrets(const struct config *config)
{
    const struct setting *setting = NULL;
    const char *why;

    while ((setting = config_next_weak(config, setting, &why)) != NULL)
        log_event(LOG_LEVEL_WARNING, "[%s] %s is weak: %s", setting->section, setting->key, why);
}

/* Gives a place a new child, while the old one finishes. Where one is finishing already - two reloads within
 * one request - the place waits for the second to finish, and look_after fills it. The process of programs
 * has no end of its own: the eldest goes. */
static void replace(const struct master *master, struct child *child)
{
    struct scoreboard_slot *slot_of_old = child->slot;

    if (child->pid == 0)
        return;
    if (child->old != 0 && child->kind != PROCESS_PROGRAMS) {
        kill(child->pid, SIGTERM);
        return;
    }
    if (child->old != 0)
        kill(child->old, SIGKILL);
    child->old = child->pid;
    child->pid = 0;
    child->slot = child->old_slot;
    child->old_slot = slot_of_old;
    start_child(master, child);
    if (child->pid != 0) {
        kill(child->old, SIGTERM);
        return;
    }
    log_event(LOG_LEVEL_ERROR, "the %s process %ld goes on with the former configuration: reload once more",
              process_name(child->kind), (long)child->old);
    child->pid = child->old;
    child->old = 0;
    child->old_slot = child->slot;
    child->slot = slot_of_old;
}

/* Loads the configuration anew and gives every place a new child; the old ones finish what they have. */
static void reload(struct master *master)
{
    struct config *config;

    notify_send("RELOADING=1");
    config = config_load(master->config_path, stderr);
    if (config == NULL || !door_renew(&master->door)) {
        log_event(LOG_LEVEL_ERROR, "%s: the old configuration stays in force. Mend it and reload again",
                  config == NULL ? "the configuration has errors, named above" : "there was no reload");
        config_free(config);
        notify_send("READY=1");
        return;
    }
    warn_of_weak_secrets(config);
    warn_of_restarts(master->config, config);
    config_free(master->config);
    master->config = config;
    process_settle(config, "master", 0);
    let_all_aside(master);
    confine_tell(master->config);
    for (size_t i = 0; i < master->count; i++)
        replace(master, &master->children[i]);
    log_event(LOG_LEVEL_INFO, "reloaded");
    notify_send("READY=1");
}

static size_t alive(const struct master *master)
{
    size_t count = asides_count(master->asides);

    for (size_t i = 0; i < master->count; i++)
        count += (size_t)(master->children[i].pid != 0) + (size_t)(master->children[i].old != 0);
    return count;
}

static void signal_all(const struct master *master, int signal_number)
{
    for (size_t i = 0; i < master->count; i++) {
        if (master->children[i].pid != 0)
            kill(master->children[i].pid, signal_number);
        if (master->children[i].old != 0)
            kill(master->children[i].old, signal_number);
    }
    asides_signal(master->asides, signal_number);
}

/* The system hands out the lower numbers first: without the first look, SIGHUPs that come faster than they
 * are served would keep SIGTERM away for good. */
static int next_signal(const struct master *master)
{
    const struct timespec now = { 0 }, tick = { .tv_nsec = TICK_MS * 1000000L };
    sigset_t ending;
    int signal_number;

    sigemptyset(&ending);
    for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++)
        sigaddset(&ending, ending_signals[i]);
    signal_number = sigtimedwait(&ending, NULL, &now);
    return signal_number > 0 ? signal_number : sigtimedwait(&master->signals, NULL, &tick);
}

static bool is_ending(int signal_number)
{
    for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++) {
        if (signal_number == ending_signals[i])
            return true;
    }
    return false;
}

/* Lets everybody finish; whoever is left at the limit is killed. */
static int drain(struct master *master)
{
    int64_t now_ms = clock_monotonic_ms(), limit_ms = now_ms + master->config->server.drain_ms;
    int64_t give_up_ms = now_ms + master->config->server.drain_ms / GIVE_UP_SHARE;

    notify_send("STOPPING=1");
    /* Who waits for minutes would be killed in the end, and leave behind what it could still undo. */
    for (size_t i = 0; i < master->slot_count; i++)
        scoreboard_hurry(&master->slots[i], give_up_ms);
    door_close(&master->door);
    signal_all(master, SIGTERM);
    while (alive(master) > 0 && clock_remaining_ms(limit_ms) > 0) {
        next_signal(master);
        collect_dead(master);
    }
    if (alive(master) == 0)
        return EXIT_SUCCESS;
    log_event(LOG_LEVEL_ERROR, "%zu processes did not finish within [server] drain_ms, and are killed",
              alive(master));
    signal_all(master, SIGKILL);
    return EXIT_FAILURE;
}

static int open_listener(const struct config *config, enum process_kind kind)
{
    int fd = listener_inherited(process_name(kind));

    return fd >= 0 ? fd
                   : listener_open(process_socket(kind, config), (mode_t)config->server.socket_mode,
                                   config->server.socket_group);
}

static bool open_listeners(struct master *master)
{
    for (int kind = 0; kind < PROCESS_MASTERED_COUNT; kind++) {
        bool has_socket = process_pool((enum process_kind)kind) != POOL_ANY;

        master->listeners[kind] = has_socket ? open_listener(master->config, (enum process_kind)kind) : -1;
        if (has_socket && master->listeners[kind] < 0)
            return false;
    }
    return true;
}

static bool make_places(struct master *master)
{
    struct scoreboard_slot *slots;
    struct child *child;
    size_t aside_count;

    for (int kind = 0; kind < PROCESS_MASTERED_COUNT; kind++)
        master->count += process_count((enum process_kind)kind, master->config);
    aside_count = (size_t)master->config->server.waiting_workers;
    master->slot_count = 2 * master->count + aside_count;
    master->children = calloc(master->count, sizeof(*master->children));
    master->slots = slots = scoreboard_create(master->slot_count);
    if (master->children == NULL || slots == NULL || !metrics_share(slots, master->slot_count) ||
        !target_reader_share() || !share_in_memory() || !rate_share())
        return false;
    turn_share(slots, master->slot_count);
    master->asides = asides_create(slots, aside_count);
    if (master->asides == NULL)
        return false;
    slots += aside_count;
    child = master->children;
    for (int kind = 0; kind < PROCESS_MASTERED_COUNT; kind++) {
        for (size_t i = process_count((enum process_kind)kind, master->config); i > 0;
             i--, child++, slots += 2)
            *child = (struct child){ .kind = (enum process_kind)kind, .slot = slots, .old_slot = slots + 1 };
    }
    return true;
}

static void take_signals(struct master *master)
{
    static const int numbers[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGCHLD, SIGUSR1 };

    sigemptyset(&master->signals);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        sigaddset(&master->signals, numbers[i]);
    sigprocmask(SIG_BLOCK, &master->signals, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int master_run(struct config *config, const char *config_path)
{
    struct master master = { .config = config, .config_path = config_path, .door = DOOR_CLOSED };
    int signal_number = 0, code;

    process_settle(config, "master", 0);
    take_signals(&master);
    process_prepare();
    confine_tell(config);
    if (!open_listeners(&master) || !door_renew(&master.door) || !make_places(&master))
        return EXIT_FAILURE;
    look_after(&master);
    log_event(LOG_LEVEL_INFO, "serving with %zu processes", master.count);
    warn_of_weak_secrets(config);
    if (config->launch.validator_seed.text == NULL)
        log_event(LOG_LEVEL_INFO,
                  "instances of old SDKs stay unverified: [launch] validator_seed is not set");
    notify_send("READY=1");
    while (!is_ending(signal_number)) {
        signal_number = next_signal(&master);
        collect_dead(&master);
        if (signal_number == SIGHUP)
            reload(&master);
        if (confine_has_aged(master.config))
            signal_all(&master, SIGTERM); /* others take their places */
        look_after(&master);
        notify_watchdog();
    }
    code = drain(&master);
    free(master.children);
    asides_free(master.asides);
    config_free(master.config);
    return code;
}
