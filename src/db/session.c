/* One libpq connection, never waited for without a deadline. Nothing is logged or retried here. */
#include "db/session.h"

#include "core/clock.h"
#include "db/dial.h"
#include "db/rows.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_MAX 64 /* statements beyond that are sent unprepared, and checked each time */

/* The settings of a session whose start-up packet may not carry them: statement time-out, lock time-out, in
 * ms. */
static const struct statement limit_session_statement = {
    .name = "limit_session",
    .text = "select set_config('statement_timeout', $1::text, false) as statement_timeout,"
            " set_config('lock_timeout', $2::text, false) as lock_timeout,"
            " set_config('idle_in_transaction_session_timeout', $1::text, false) as idle_timeout,"
            " set_config('TimeZone', 'UTC', false) as time_zone,"
            " set_config('search_path', 'pg_catalog', false) as search_path",
    .parameter_count = 2,
    .columns = "statement_timeout lock_timeout idle_timeout time_zone search_path",
};

/* What this connection has seen of a statement. */
struct known {
    const struct statement *statement;
    bool prepared, fits;
};

struct session {
    PGconn *connection;
    bool prepares;
    size_t known_count;
    struct known known[KNOWN_MAX];
};

static void drop_notice(void *unused, const PGresult *notice)
{
    (void)unused;
    (void)notice;
}

/* Through the start-up packet, which costs no round trip. A pooler refuses it, or worse, ignores it. */
static const char *start_options(const struct session_settings *settings, char *out, size_t size)
{
    if (!settings->prepared_statements)
        return NULL;
    snprintf(out, size,
             "-c statement_timeout=%" PRId64 " -c lock_timeout=%" PRId64
             " -c idle_in_transaction_session_timeout=%" PRId64 " -c TimeZone=UTC -c search_path=pg_catalog",
             settings->statement_timeout_ms, settings->lock_timeout_ms, settings->statement_timeout_ms);
    return out;
}

static bool limit_session(struct session *session, const struct session_settings *settings,
                          int64_t deadline_ms)
{
    char statement_timeout[24], lock_timeout[24];
    const char *const parameters[] = { statement_timeout, lock_timeout };
    enum session_result ended;
    PGresult *result;

    snprintf(statement_timeout, sizeof(statement_timeout), "%" PRId64, settings->statement_timeout_ms);
    snprintf(lock_timeout, sizeof(lock_timeout), "%" PRId64, settings->lock_timeout_ms);
    ended = session_run(session, &limit_session_statement, parameters, deadline_ms, &result);
    PQclear(result);
    return ended == SESSION_ROWS;
}

/* The first line: what follows it may be DETAIL. */
static void describe(const PGconn *connection, char error[SESSION_ERROR_BYTES])
{
    const char *message = "out of memory, or the connection string cannot be used";

    if (connection != NULL && PQstatus(connection) == CONNECTION_BAD)
        message = PQerrorMessage(connection);
    else if (connection != NULL && PQstatus(connection) != CONNECTION_OK)
        message = "no answer within the time limit";
    else if (connection != NULL)
        message = "the session's limits could not be set";
    snprintf(error, SESSION_ERROR_BYTES, "%.*s", (int)strcspn(message, "\n"), message);
}

struct session *session_open(const struct session_settings *settings, unsigned host, int64_t deadline_ms,
                             char error[SESSION_ERROR_BYTES])
{
    struct session *session = calloc(1, sizeof(*session));
    char options[256];

    error[0] = '\0';
    if (session == NULL) {
        snprintf(error, SESSION_ERROR_BYTES, "out of memory");
        return NULL;
    }
    session->prepares = settings->prepared_statements;
    session->connection =
        dial_connect(settings->dsn, host, start_options(settings, options, sizeof(options)), deadline_ms);
    if (session->connection != NULL && PQstatus(session->connection) == CONNECTION_OK) {
        PQsetNoticeReceiver(session->connection, drop_notice, NULL);
        if (PQsetnonblocking(session->connection, 1) == 0 &&
            (session->prepares || limit_session(session, settings, deadline_ms)))
            return session;
    }
    describe(session->connection, error);
    session_close(session);
    return NULL;
}

void session_close(struct session *session)
{
    if (session == NULL)
        return;
    PQfinish(session->connection);
    free(session);
}

bool session_is_usable(const struct session *session)
{
    return PQstatus(session->connection) == CONNECTION_OK &&
           PQtransactionStatus(session->connection) == PQTRANS_IDLE &&
           !dial_wait(session->connection, POLLIN, clock_monotonic_ms());
}

/* NULL: there is no room for another. */
static struct known *recall(struct session *session, const struct statement *statement)
{
    for (size_t i = 0; i < session->known_count; i++) {
        if (session->known[i].statement == statement)
            return &session->known[i];
    }
    if (session->known_count == KNOWN_MAX)
        return NULL;
    session->known[session->known_count] = (struct known){ .statement = statement };
    return &session->known[session->known_count++];
}

static bool has_columns(const PGresult *result, const char *columns)
{
    int fields = PQnfields(result), i = 0;

    while (*columns != '\0' && i < fields) {
        size_t length = strcspn(columns, " ");
        const char *name = PQfname(result, i++);

        if (strncmp(columns, name, length) != 0 || name[length] != '\0')
            return false;
        columns += length;
        columns += strspn(columns, " ");
    }
    return *columns == '\0' && i == fields;
}

/* What C reads as a number or a boolean is one; everything can be read as text. */
static bool has_kinds(const struct db_rows *rows, const char *kinds)
{
    for (int i = 0; kinds != NULL && kinds[i] != '\0'; i++) {
        if (kinds[i] != 't' && rows_column_kind(rows, i) != kinds[i])
            return false;
    }
    return true;
}

static bool flush(PGconn *connection, int64_t deadline_ms)
{
    int left;

    while ((left = PQflush(connection)) > 0) {
        /* Reading as well: a server that cannot write its answer stops reading. */
        if (!dial_wait(connection, POLLIN | POLLOUT, deadline_ms) || PQconsumeInput(connection) == 0)
            return false;
    }
    return left == 0;
}

static bool is_error(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK;
}

/* Takes all of an answer: a commit that fails comes after the rows. The first error counts, else the rows;
 * NULL where the end of the answer was not seen. */
static PGresult *receive(PGconn *connection, int64_t deadline_ms)
{
    PGresult *kept = NULL, *next;

    for (;;) {
        while (PQisBusy(connection)) {
            if (!dial_wait(connection, POLLIN, deadline_ms) || PQconsumeInput(connection) == 0) {
                if (kept != NULL && is_error(kept))
                    return kept;
                PQclear(kept);
                return NULL;
            }
        }
        next = PQgetResult(connection);
        if (next == NULL)
            return kept;
        if (kept != NULL && is_error(kept)) {
            PQclear(next);
        } else {
            PQclear(kept);
            kept = next;
        }
    }
}

/* After PQsend…, which returned `sent`. */
static PGresult *complete(PGconn *connection, int sent, int64_t deadline_ms)
{
    return sent == 1 && flush(connection, deadline_ms) ? receive(connection, deadline_ms) : NULL;
}

static enum session_result classify(const PGresult *result)
{
    if (result == NULL)
        return SESSION_LOST;
    /* Without a SQLSTATE it is libpq that complains: of a broken connection, or of its memory. */
    if (is_error(result))
        return PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL ? SESSION_ERROR : SESSION_LOST;
    return SESSION_ROWS;
}

static enum session_result prepare(PGconn *connection, const struct statement *statement, int64_t deadline_ms,
                                   PGresult **result)
{
    int sent = PQsendPrepare(connection, statement->name, statement->text, 0, NULL);

    *result = complete(connection, sent, deadline_ms);
    return classify(*result);
}

static enum session_result execute(PGconn *connection, const struct statement *statement, bool prepared,
                                   const char *const *parameters, int64_t deadline_ms, PGresult **result)
{
    int count = statement->parameter_count, sent;

    if (prepared)
        sent = PQsendQueryPrepared(connection, statement->name, count, parameters, NULL, NULL, 0);
    else
        sent = PQsendQueryParams(connection, statement->text, count, NULL, parameters, NULL, NULL, 0);
    *result = complete(connection, sent, deadline_ms);
    return classify(*result);
}

enum session_result session_run(struct session *session, const struct statement *statement,
                                const char *const *parameters, int64_t deadline_ms, PGresult **result)
{
    struct known *known = recall(session, statement);
    enum session_result ended = SESSION_ROWS;

    *result = NULL;
    if (session->prepares && known != NULL && !known->prepared) {
        ended = prepare(session->connection, statement, deadline_ms, result);
        known->prepared = ended == SESSION_ROWS;
    }
    if (ended == SESSION_ROWS) {
        PQclear(*result);
        ended = execute(session->connection, statement, known != NULL && known->prepared, parameters,
                        deadline_ms, result);
    }
    if (ended == SESSION_LOST) {
        PQclear(*result);
        *result = NULL;
    }
    if (ended == SESSION_ROWS && (known == NULL || !known->fits)) {
        const struct db_rows rows = { .statement = statement, .result = *result };

        if (!has_columns(*result, statement->columns) || !has_kinds(&rows, statement->kinds))
            return SESSION_MISSHAPEN;
        if (known != NULL)
            known->fits = true;
    }
    return ended;
}
