/* The room beside the pools, of the master: workers whose networks take long wait there, each with the
 * request that it has in hand, while others have their places (server/aside.h). */
#ifndef RIGGER_SERVER_ROOM_H
#define RIGGER_SERVER_ROOM_H

#include "core/attributes.h"
#include "metrics/scoreboard.h"
#include "server/process.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct room;

/* Room for size processes, which takes over as many slots of the scoreboard. NULL: no memory. */
struct room *room_create(struct scoreboard_slot *slots, size_t size) MUST_CHECK;
void room_free(struct room *room);

/* Lets the process of a place in, if it asks and there is room: *pid is then 0, and *slot another, which is
 * empty. pid 0: nobody lives there. */
void room_let_in(struct room *room, enum process_kind kind, pid_t *pid, struct scoreboard_slot **slot);

/* A process has ended, of the room or not; state: as waitpid tells. */
void room_forget(struct room *room, pid_t pid, int state);

void room_kill_overdue(struct room *room, int64_t now_ms);
void room_signal(const struct room *room, int signal_number);

/* How many wait in it. */
size_t room_count(const struct room *room);

#endif
