/* What happens when a wait lasts. Decides nothing about places: the master does. */
#include "server/aside.h"

#include "core/waiting.h"
#include "server/process.h"

#include <signal.h>
#include <stddef.h>

static struct process *own;

static void ask_for_a_successor(void)
{
    db_rest(own->db);
    scoreboard_ask(own->slot);
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

static bool is_hurried(void)
{
    return scoreboard_is_hurried(own->slot);
}

/* A verifier gives back what it has in hand, at a reload as well. */
static bool is_told_to_stop(void)
{
    return process_is_told_to_stop();
}

void aside_prepare(struct process *process)
{
    static const struct waiting_hooks worker = { ask_for_a_successor, postpone, is_hurried },
                                      verifier = { rest_database, NULL, is_told_to_stop };

    own = process;
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
