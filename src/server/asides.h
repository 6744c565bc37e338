/* The master's workers that have stepped aside (server/aside.h): each waits for its network, with the request
 * that it has in hand, while another has its place. */
#ifndef RIGGER_SERVER_ASIDES_H
#define RIGGER_SERVER_ASIDES_H

#include "core/attributes.h"
#include "metrics/scoreboard.h"
#include "server/process.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct asides;

/* Seats for size processes, which take over as many slots of the scoreboard. NULL: no memory. */
struct asides *asides_create(struct scoreboard_slot *slots, size_t size) MUST_CHECK;
void asides_free(struct asides *asides);

/* Lets the process of a place step aside, if it asks and there are not too many: *pid is then 0, and *slot
 * another, which is empty. pid 0: nobody lives there. */
void asides_let_in(struct asides *asides, enum process_kind kind, pid_t *pid, struct scoreboard_slot **slot);

/* A process has ended, of these or not; state: as waitpid tells. */
void asides_forget(struct asides *asides, pid_t pid, int state);

void asides_kill_overdue(struct asides *asides, int64_t now_ms);
void asides_signal(const struct asides *asides, int signal_number);

/* How many there are. */
size_t asides_count(const struct asides *asides);

#endif
