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

bool scoreboard_is_busy(const struct scoreboard_slot *slot)
{
    return atomic_load(&slot->deadline_ms) != 0;
}

static void move(struct scoreboard_slot *slot, size_t tenant)
{
    atomic_store(&slot->deadline_ms, 0);
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
