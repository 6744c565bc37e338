/* The slots, in an anonymous shared mapping: it begins as zeros, which is a slot that is empty. */
#include "metrics/scoreboard.h"

#include <sys/mman.h>

struct scoreboard_slot *scoreboard_create(size_t count)
{
    void *memory = mmap(NULL, count * sizeof(struct scoreboard_slot), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void scoreboard_begin(struct scoreboard_slot *slot, int64_t deadline_ms)
{
    atomic_store(&slot->deadline_ms, deadline_ms);
}

void scoreboard_end(struct scoreboard_slot *slot)
{
    atomic_store(&slot->deadline_ms, 0);
}

bool scoreboard_is_overdue(const struct scoreboard_slot *slot, int64_t now_ms)
{
    int64_t deadline_ms = atomic_load(&slot->deadline_ms);

    return deadline_ms != 0 && now_ms > deadline_ms;
}

void scoreboard_postpone(struct scoreboard_slot *slot, int64_t ms)
{
    if (atomic_load(&slot->deadline_ms) != 0)
        atomic_fetch_add(&slot->deadline_ms, ms);
}

static bool step(struct scoreboard_slot *slot, int from, int to)
{
    return atomic_compare_exchange_strong(&slot->stand, &from, to);
}

void scoreboard_ask(struct scoreboard_slot *slot)
{
    step(slot, SCOREBOARD_IN_PLACE, SCOREBOARD_ASKING);
}

bool scoreboard_stay(struct scoreboard_slot *slot)
{
    step(slot, SCOREBOARD_ASKING, SCOREBOARD_IN_PLACE);
    return scoreboard_stand(slot) == SCOREBOARD_IN_PLACE;
}

bool scoreboard_let_aside(struct scoreboard_slot *slot)
{
    return step(slot, SCOREBOARD_ASKING, SCOREBOARD_ASIDE);
}

enum scoreboard_stand scoreboard_stand(const struct scoreboard_slot *slot)
{
    return (enum scoreboard_stand)atomic_load(&slot->stand);
}

void scoreboard_hurry(struct scoreboard_slot *slot, int64_t end_ms)
{
    atomic_store(&slot->end_ms, end_ms);
    atomic_store(&slot->hurried, true);
}

bool scoreboard_is_hurried(const struct scoreboard_slot *slot)
{
    return atomic_load(&slot->hurried);
}

int64_t scoreboard_end_ms(const struct scoreboard_slot *slot)
{
    return atomic_load(&slot->end_ms);
}

bool scoreboard_is_busy(const struct scoreboard_slot *slot)
{
    return atomic_load(&slot->deadline_ms) != 0;
}

static void move(struct scoreboard_slot *slot, size_t tenant)
{
    atomic_store(&slot->deadline_ms, 0);
    atomic_store(&slot->stand, SCOREBOARD_IN_PLACE);
    atomic_store(&slot->hurried, false);
    atomic_store(&slot->end_ms, 0);
    atomic_store(&slot->ticket, SCOREBOARD_NO_TICKET);
    atomic_store(&slot->tenant, tenant);
}

void scoreboard_occupy(struct scoreboard_slot *slot, size_t kind)
{
    move(slot, kind + 1);
}

void scoreboard_vacate(struct scoreboard_slot *slot)
{
    move(slot, 0);
}

bool scoreboard_is_occupied(const struct scoreboard_slot *slot, size_t *kind)
{
    size_t tenant = atomic_load(&slot->tenant);

    *kind = tenant - 1;
    return tenant != 0;
}
