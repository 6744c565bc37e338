/* One libpq connection: opened, asked and closed within time limits. What to do about a failure is decided in
 * connection.c. */
#ifndef RIGGER_DB_SESSION_H
#define RIGGER_DB_SESSION_H

#include "core/attributes.h"
#include "db/statement.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SESSION_ERROR_BYTES 256
#define SESSION_CANCEL_MS   1000 /* what a call may take beyond its deadline, to be cancelled */

struct session_settings {
    const char *dsn; /* must outlive the sessions */
    int64_t connect_timeout_ms, statement_timeout_ms;
    bool prepared_statements;
};

enum session_result {
    SESSION_ROWS,        /* rows of the declared shape */
    SESSION_UNCONFIRMED, /* rows, and committed, but on this server alone: no standby has confirmed it */
    SESSION_ERROR,       /* the server refused; the result says why */
    SESSION_MISSHAPEN,   /* rows of another shape */
    SESSION_LOST,        /* the connection broke: whether it took effect is unknown */
    SESSION_LATE,        /* the deadline passed, and cancelling did not help: it may still take effect */
};

struct session;

/* Connects to the host of that number in the DSN. NULL, with what went wrong, for the log, in error, on
 * failure. */
struct session *session_open(const struct session_settings *settings, unsigned host, int64_t deadline_ms,
                             char error[SESSION_ERROR_BYTES]) MUST_CHECK;
void session_close(struct session *session);

/* False if the server has closed the idle connection, or sends what nobody asked for, or is still busy. */
bool session_is_usable(const struct session *session);

/* Who is connected: the name of the login role. */
const char *session_user(const struct session *session);

/* True while the statement of a SESSION_LATE is under way, as far as can be seen. Waits for nothing. */
bool session_is_waiting(struct session *session);

/* Runs a statement with its parameters as text. Where no answer has come by the deadline, the server is asked
 * to cancel it, and has SESSION_CANCEL_MS to answer. result, which the caller clears, is set for
 * SESSION_ROWS, SESSION_UNCONFIRMED, SESSION_MISSHAPEN and SESSION_ERROR, else NULL. After SESSION_LOST the
 * session can only be closed; after SESSION_LATE it is used again when session_is_waiting() no longer holds.
 */
enum session_result session_run(struct session *session, const struct statement *statement,
                                const char *const *parameters, int64_t deadline_ms,
                                PGresult **result) MUST_CHECK;

#endif
