/* A ticket in each slot of the scoreboard; the lowest ones are served. Drawing one is Lamport's bakery: while
 * a process draws it says so, and nobody goes in, so that none can come in with a lower ticket afterwards. */
#include "metrics/turn.h"

#include "core/clock.h"
#include "core/waiting.h"
#include "metrics/scoreboard.h"

#include <sys/mman.h>

#define LOOK_MS 20 /* how long a turn may stay unnoticed */

static struct scoreboard_slot *all, *own;
static size_t all_count;
static _Atomic uint64_t *next_ticket;

void turn_share(struct scoreboard_slot *slots, size_t count)
{
    void *memory =
        mmap(NULL, sizeof(*next_ticket), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return;
    next_ticket = memory;
    atomic_store(next_ticket, SCOREBOARD_TICKET_FIRST);
    all = slots;
    all_count = count;
}

void turn_sit(struct scoreboard_slot *slot)
{
    own = slot;
}

static bool is_our_turn(size_t together, uint64_t ticket)
{
    size_t before = 0;

    for (size_t i = 0; i < all_count; i++) {
        uint64_t other = atomic_load(&all[i].ticket);

        /* Who is drawing counts as one that may come before. */
        before += other != SCOREBOARD_NO_TICKET && other < ticket;
    }
    return before < together;
}

bool turn_take(size_t together, int64_t deadline_ms)
{
    struct waiting waiting = waiting_begin();
    uint64_t ticket;
    int left_ms;

    if (own == NULL || next_ticket == NULL)
        return true;
    atomic_store(&own->ticket, SCOREBOARD_TICKET_DRAWING);
    ticket = atomic_fetch_add(next_ticket, 1);
    atomic_store(&own->ticket, ticket);
    /* rule: turn.order */
    while (!is_our_turn(together, ticket)) {
        left_ms = clock_remaining_ms(deadline_ms);
        if (left_ms == 0 || waiting_is_to_end()) {
            turn_leave();
            return false;
        }
        clock_sleep_ms(left_ms < LOOK_MS ? left_ms : LOOK_MS);
        waiting_goes_on(&waiting);
    }
    return true;
}

void turn_leave(void)
{
    if (own != NULL)
        atomic_store(&own->ticket, SCOREBOARD_NO_TICKET);
}
