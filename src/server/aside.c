/* What happens when a wait lasts. Decides nothing about places: the master does. */
#include "server/aside.h"

#include "core/waiting.h"
#include "db/give_up.h"
#include "server/process.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static struct process *own;

/* The master is gone; its number may be another's by now. */
static bool is_orphan(void)
{
    return getppid() != own->master;
}

/* The web server closes the connection when its client hangs up, and does not when it has only sent all. */
static bool has_hung_up(void)
{
    struct pollfd peer = { .fd = own->peer };

    return own->peer >= 0 && poll(&peer, 1, 0) == 1 && (peer.revents & (POLLHUP | POLLERR)) != 0;
}

static void ask_for_a_successor(void)
{
    db_rest(own->db);
    scoreboard_ask(own->slot);
    if (!is_orphan())
        kill(own->master, SIGUSR1);
}

static void rest_database(void)
{
    db_rest(own->db);
}

static void postpone(int64_t ms)
{
    scoreboard_postpone(own->slot, ms);
}

/* Nobody would take the answer, or nobody is there to look after this process. */
static bool is_in_vain(void)
{
    return scoreboard_is_hurried(own->slot) || is_orphan() || has_hung_up();
}

/* A verifier gives back what it has in hand, at a reload as well. */
static bool is_told_to_stop(void)
{
    return process_is_told_to_stop();
}

/* An orphan ends as soon as it can: whoever starts the service again waits for what it holds. */
static int64_t end_of_waits(void)
{
    int64_t end_ms = scoreboard_end_ms(own->slot);

    if (is_orphan())
        return 0;
    return end_ms != 0 ? end_ms : GIVE_UP_NEVER;
}

void aside_prepare(struct process *process)
{
    static const struct waiting_hooks worker = { ask_for_a_successor, postpone, is_in_vain },
                                      verifier = { rest_database, NULL, is_told_to_stop };

    own = process;
    give_up_register(process->slot != NULL ? end_of_waits : NULL);
    if (process->slot != NULL && process->kind == PROCESS_SLOW)
        waiting_register(&worker);
    else if (process->slot != NULL && process->kind == PROCESS_VERIFIER)
        waiting_register(&verifier);
    else
        waiting_register(NULL);
}

bool aside_is(const struct process *process)
{
    return process->slot != NULL && !scoreboard_stay(process->slot);
}
