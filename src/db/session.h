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

struct session_settings {
    const char *dsn; /* must outlive the sessions */
    int64_t connect_timeout_ms, statement_timeout_ms, lock_timeout_ms;
    bool prepared_statements; /* false: behind a pooler, so no start-up parameters of ours either */
};

enum session_result {
    SESSION_ROWS,      /* rows of the declared shape */
    SESSION_ERROR,     /* the server refused; the result says why */
    SESSION_MISSHAPEN, /* rows of another shape */
    SESSION_LOST,      /* the connection broke or the deadline passed: whether it took effect is unknown */
};

struct session;

/* Connects to the host of that number in the DSN. NULL, with what went wrong, for the log, in error, on
 * failure. */
struct session *session_open(const struct session_settings *settings, unsigned host, int64_t deadline_ms,
                             char error[SESSION_ERROR_BYTES]) MUST_CHECK;
void session_close(struct session *session);

/* False if the server has closed the idle connection, or sends what nobody asked for. */
bool session_is_usable(const struct session *session);

/* Runs a statement with its parameters as text. result, which the caller clears, is set for SESSION_ROWS,
 * SESSION_MISSHAPEN and SESSION_ERROR, else NULL. After SESSION_LOST the session can only be closed. */
enum session_result session_run(struct session *session, const struct statement *statement,
                                const char *const *parameters, int64_t deadline_ms,
                                PGresult **result) MUST_CHECK;

#endif
