/* The slots, in an anonymous shared mapping. */
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

void scoreboard_occupy(struct scoreboard_slot *slot, enum scoreboard_pool pool)
{
    atomic_store(&slot->deadline_ms, 0);
    atomic_store(&slot->pool, (int)pool);
}

enum scoreboard_pool scoreboard_pool(const struct scoreboard_slot *slot)
{
    return (enum scoreboard_pool)atomic_load(&slot->pool);
}

const char *scoreboard_pool_name(enum scoreboard_pool pool)
{
    static const char *const names[] = { "none", "fast", "slow", "background", "verifier" };

    return names[pool];
}
