/* What a failed statement's SQLSTATE means for whoever sent it: one table. Nothing is done here. */
#ifndef RIGGER_DB_SQLSTATE_H
#define RIGGER_DB_SQLSTATE_H

#include <stdbool.h>

#define SQLSTATE_BYTES 6 /* with NUL */

/* Ours, for what never reached a server or never came back from it. */
#define SQLSTATE_CANNOT_CONNECT  "08001"
#define SQLSTATE_CONNECTION_LOST "08006"

/* A commit that no synchronous standby has confirmed: the SQLSTATE of the warning that says so. */
#define SQLSTATE_UNCONFIRMED "01000"

enum sqlstate_action {
    SQLSTATE_ERROR = 0,   /* wrong, and wrong again if repeated */
    SQLSTATE_MIGRATE,     /* wrong, because the schema is not the one this program was built with */
    SQLSTATE_RIGHT,       /* wrong, because whoever asks lacks a right */
    SQLSTATE_REPEAT,      /* rolled back by a conflict with others: the same again may pass */
    SQLSTATE_PREPARE,     /* what the session remembers is stale: once more in a new one */
    SQLSTATE_POOLED,      /* what the session prepared is not there: go on without prepared statements */
    SQLSTATE_RECONNECT,   /* this server or connection is no good: once more on a new one */
    SQLSTATE_UNAVAILABLE, /* took too long */
};

/* A state that is not in the table, and NULL, is an error. */
enum sqlstate_action sqlstate_action(const char *sqlstate);

/* True if the message's primary text may quote a parameter: it must not be logged. */
bool sqlstate_quotes_input(const char *sqlstate);

#endif
