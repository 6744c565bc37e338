/* Who is aside. Forks nobody: the master fills the places that become free. */
#include "server/asides.h"

#include "server/watch.h"

#include <signal.h>
#include <stdlib.h>

struct seat {
    enum process_kind kind;
    pid_t pid; /* 0: it is free */
    struct scoreboard_slot *slot;
};

struct asides {
    size_t size;
    struct seat seats[];
};

struct asides *asides_create(struct scoreboard_slot *slots, size_t size)
{
    struct asides *asides = calloc(1, sizeof(*asides) + size * sizeof(asides->seats[0]));

    if (asides == NULL)
        return NULL;
    asides->size = size;
    for (size_t i = 0; i < size; i++)
        asides->seats[i].slot = &slots[i];
    return asides;
}

void asides_free(struct asides *asides)
{
    free(asides);
}

static struct seat *find_free(struct asides *asides)
{
    for (size_t i = 0; i < asides->size; i++) {
        if (asides->seats[i].pid == 0)
            return &asides->seats[i];
    }
    return NULL;
}

void asides_let_in(struct asides *asides, enum process_kind kind, pid_t *pid, struct scoreboard_slot **slot)
{
    struct scoreboard_slot *freed;
    struct seat *seat;

    if (*pid == 0 || scoreboard_stand(*slot) != SCOREBOARD_ASKING)
        return;
    seat = find_free(asides);
    if (seat == NULL || !scoreboard_let_aside(*slot))
        return;
    freed = seat->slot;
    *seat = (struct seat){ .kind = kind, .pid = *pid, .slot = *slot };
    *slot = freed;
    *pid = 0;
}

void asides_forget(struct asides *asides, pid_t pid, int state)
{
    for (size_t i = 0; i < asides->size; i++) {
        struct seat *seat = &asides->seats[i];

        if (seat->pid != pid)
            continue;
        watch_death(seat->kind, pid, state);
        scoreboard_vacate(seat->slot);
        seat->pid = 0;
    }
}

void asides_kill_overdue(struct asides *asides, int64_t now_ms)
{
    for (size_t i = 0; i < asides->size; i++)
        watch_kill_overdue(asides->seats[i].kind, asides->seats[i].pid, asides->seats[i].slot, now_ms);
}

void asides_signal(const struct asides *asides, int signal_number)
{
    for (size_t i = 0; i < asides->size; i++) {
        if (asides->seats[i].pid != 0)
            kill(asides->seats[i].pid, signal_number);
    }
}

size_t asides_count(const struct asides *asides)
{
    size_t count = 0;

    for (size_t i = 0; i < asides->size; i++)
        count += (size_t)(asides->seats[i].pid != 0);
    return count;
}
