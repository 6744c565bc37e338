/* Connects to PostgreSQL within a time limit, for db/session.c. One host at a time: libpq left alone with a
 * list of hosts never comes to the second one where the first does not even refuse. */
#ifndef RIGGER_DB_DIAL_H
#define RIGGER_DB_DIAL_H

#include "core/attributes.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* What is wrong with a connection string, in static text that quotes nothing of it, which libpq's own
 * messages would: ask this before anything else is done with it. NULL: nothing. */
const char *dial_dsn_error(const char *dsn);

/* How many hosts a connection string names, at least 1; 0 where it cannot be read. */
unsigned dial_host_count(const char *dsn);

/* Connects to the host of that number. NULL or a connection that is not CONNECTION_OK on failure; the caller
 * finishes it. */
PGconn *dial_connect(const char *dsn, unsigned host, int64_t deadline_ms) MUST_CHECK;

/* Waits until the connection's socket has one of the poll() events. False: the deadline has passed. */
bool dial_wait(const PGconn *connection, short events, int64_t deadline_ms) MUST_CHECK;

/* Asks the server to cancel what this connection waits for, over a connection of its own that is no backend.
 * False: the server cannot be reached, so that nothing is known of the statement. */
bool dial_cancel(PGconn *connection, int64_t deadline_ms) MUST_CHECK;

#endif
