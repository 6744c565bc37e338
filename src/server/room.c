/* Who waits in the room. Forks nobody: the master fills the places that become free. */
#include "server/room.h"

#include "server/watch.h"

#include <signal.h>
#include <stdlib.h>

struct seat {
    enum process_kind kind;
    pid_t pid; /* 0: it is free */
    struct scoreboard_slot *slot;
};

struct room {
    size_t size;
    struct seat seats[];
};

struct room *room_create(struct scoreboard_slot *slots, size_t size)
{
    struct room *room = calloc(1, sizeof(*room) + size * sizeof(room->seats[0]));

    if (room == NULL)
        return NULL;
    room->size = size;
    for (size_t i = 0; i < size; i++)
        room->seats[i].slot = &slots[i];
    return room;
}

void room_free(struct room *room)
{
    free(room);
}

static struct seat *find_free(struct room *room)
{
    for (size_t i = 0; i < room->size; i++) {
        if (room->seats[i].pid == 0)
            return &room->seats[i];
    }
    return NULL;
}

void room_let_in(struct room *room, enum process_kind kind, pid_t *pid, struct scoreboard_slot **slot)
{
    struct scoreboard_slot *freed;
    struct seat *seat;

    if (*pid == 0 || scoreboard_stand(*slot) != SCOREBOARD_ASKING)
        return;
    seat = find_free(room);
    if (seat == NULL || !scoreboard_let_aside(*slot))
        return;
    freed = seat->slot;
    *seat = (struct seat){ .kind = kind, .pid = *pid, .slot = *slot };
    *slot = freed;
    *pid = 0;
}

void room_forget(struct room *room, pid_t pid, int state)
{
    for (size_t i = 0; i < room->size; i++) {
        struct seat *seat = &room->seats[i];

        if (seat->pid != pid)
            continue;
        watch_death(seat->kind, pid, state);
        scoreboard_vacate(seat->slot);
        seat->pid = 0;
    }
}

void room_kill_overdue(struct room *room, int64_t now_ms)
{
    for (size_t i = 0; i < room->size; i++)
        watch_kill_overdue(room->seats[i].kind, room->seats[i].pid, room->seats[i].slot, now_ms);
}

void room_signal(const struct room *room, int signal_number)
{
    for (size_t i = 0; i < room->size; i++) {
        if (room->seats[i].pid != 0)
            kill(room->seats[i].pid, signal_number);
    }
}

size_t room_count(const struct room *room)
{
    size_t count = 0;

    for (size_t i = 0; i < room->size; i++)
        count += (size_t)(room->seats[i].pid != 0);
    return count;
}
