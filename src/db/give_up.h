/* When a process has to end, it does not wait any longer for what others hold in the database: the statement
 * in hand is cancelled, and its request is answered as unavailable. The server says when (server/aside.h). */
#ifndef RIGGER_DB_GIVE_UP_H
#define RIGGER_DB_GIVE_UP_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

#define GIVE_UP_NEVER INT64_MAX

struct pg_conn; /* PGconn, for those who do not know libpq */

/* From now on, in this process: moment tells when waits are to end, on clock_monotonic_ms, GIVE_UP_NEVER
 * while nobody wants that. It is asked again and again. NULL: never. */
void give_up_register(int64_t (*moment)(void));

/* True once the moment has come. */
bool give_up_is_due(void) MUST_CHECK;

/* Waits until something can be read. False: deadline_ms (clock_monotonic_ms) came first, or the moment, which
 * is seen a little later: the caller has the server cancel then. */
bool give_up_or_wait(struct pg_conn *connection, int64_t deadline_ms) MUST_CHECK;

#endif
