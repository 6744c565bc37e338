/* One libpq connection, never waited for without a deadline. Nothing is logged or retried here. Nothing is
 * set on the connection either: behind a pooler the next transaction may be on another, and somebody else's
 * on this one. */
#include "db/session.h"

#include "core/clock.h"
#include "core/encode.h"
#include "db/dial.h"
#include "db/give_up.h"
#include "db/notice.h"
#include "db/rows.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN_MAX  64 /* statements beyond that are sent unprepared, and checked each time */
#define NAME_BYTES 64 /* as many as PostgreSQL tells apart, with NUL */

/* What this connection has seen of a statement. */
struct known {
    const struct statement *statement;
    char name[NAME_BYTES];
    bool prepared, fits;
};

struct session {
    PGconn *connection;
    bool prepares;
    bool unconfirmed; /* the server said so of the statement that was sent last */
    bool waiting;     /* for the answer to a statement that was given up */
    PGresult *kept;   /* what has come of an answer whose end has not */
    size_t known_count;
    struct known known[KNOWN_MAX];
};

static void take_notice(void *session, const PGresult *notice)
{
    if (notice_is_unconfirmed(notice))
        ((struct session *)session)->unconfirmed = true;
}

/* The first line: what follows it may be DETAIL. */
static void describe(const PGconn *connection, char error[SESSION_ERROR_BYTES])
{
    const char *message = "out of memory, or the connection string cannot be used";

    if (connection != NULL && PQstatus(connection) == CONNECTION_BAD)
        message = PQerrorMessage(connection);
    else if (connection != NULL && PQstatus(connection) != CONNECTION_OK)
        message = "no answer within the time limit";
    snprintf(error, SESSION_ERROR_BYTES, "%.*s", (int)strcspn(message, "\n"), message);
}

struct session *session_open(const struct session_settings *settings, unsigned host, int64_t deadline_ms,
                             char error[SESSION_ERROR_BYTES])
{
    struct session *session = calloc(1, sizeof(*session));

    error[0] = '\0';
    if (session == NULL) {
        snprintf(error, SESSION_ERROR_BYTES, "out of memory");
        return NULL;
    }
    session->prepares = settings->prepared_statements;
    session->connection = dial_connect(settings->dsn, host, deadline_ms);
    if (session->connection != NULL && PQstatus(session->connection) == CONNECTION_OK) {
        PQsetNoticeReceiver(session->connection, take_notice, session);
        if (PQsetnonblocking(session->connection, 1) == 0)
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
    PQclear(session->kept);
    PQfinish(session->connection);
    free(session);
}

const char *session_user(const struct session *session)
{
    return PQuser(session->connection);
}

bool session_is_usable(const struct session *session)
{
    return !session->waiting && PQstatus(session->connection) == CONNECTION_OK &&
           PQtransactionStatus(session->connection) == PQTRANS_IDLE &&
           !dial_wait(session->connection, POLLIN, clock_monotonic_ms());
}

/* Of the text, so that whatever a pooler hands us under this name is this very statement, and no other
 * release's. */
static void name_statement(const struct statement *statement, char name[NAME_BYTES])
{
    unsigned char digest[crypto_generichash_BYTES_MIN];
    char hex[2 * sizeof(digest) + 1];

    crypto_generichash(digest, sizeof(digest), (const unsigned char *)statement->text,
                       strlen(statement->text), NULL, 0);
    hex_encode(hex, digest, sizeof(digest));
    snprintf(name, NAME_BYTES, "rigger_%s", hex);
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
    name_statement(statement, session->known[session->known_count].name);
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

/* What was cancelled is waited for until deadline_ms, all else until waits are given up. */
static bool wait_for_answer(const struct session *session, int64_t deadline_ms)
{
    return session->waiting ? dial_wait(session->connection, POLLIN, deadline_ms)
                            : give_up_or_wait(session->connection, deadline_ms);
}

/* Takes all of an answer: a commit that fails comes after the rows. The first error counts, else the rows;
 * NULL where the end of the answer was not seen, and what was seen is kept for the next call. */
static PGresult *receive(struct session *session, int64_t deadline_ms)
{
    PGconn *connection = session->connection;
    PGresult *next, *all;

    for (;;) {
        while (PQisBusy(connection)) {
            if (!wait_for_answer(session, deadline_ms) || PQconsumeInput(connection) == 0)
                return NULL;
        }
        next = PQgetResult(connection);
        if (next == NULL)
            break;
        if (session->kept != NULL && is_error(session->kept)) {
            PQclear(next);
        } else {
            PQclear(session->kept);
            session->kept = next;
        }
    }
    all = session->kept;
    session->kept = NULL;
    session->waiting = false;
    return all;
}

bool session_is_waiting(struct session *session)
{
    if (session->waiting)
        PQclear(receive(session, clock_monotonic_ms()));
    return session->waiting && PQstatus(session->connection) == CONNECTION_OK;
}

/* The time is over, or the process has to end, and nothing came: has the server cancel the statement, and
 * takes its answer, which may still be the rows. NULL: there was none; session->waiting then tells whether
 * one may come. */
static PGresult *give_up(struct session *session)
{
    int64_t end_ms = clock_monotonic_ms() + SESSION_CANCEL_MS;

    session->waiting = dial_cancel(session->connection, end_ms);
    return session->waiting ? receive(session, end_ms) : NULL;
}

/* After PQsend…, which returned `sent`. */
static PGresult *complete(struct session *session, int sent, int64_t deadline_ms)
{
    PGresult *result;

    session->unconfirmed = false;
    if (sent != 1 || !flush(session->connection, deadline_ms))
        return NULL;
    result = receive(session, deadline_ms);
    if (result == NULL && session->kept != NULL && is_error(session->kept)) {
        result = session->kept;
        session->kept = NULL;
    }
    if (result == NULL && PQstatus(session->connection) == CONNECTION_OK &&
        (clock_remaining_ms(deadline_ms) == 0 || give_up_is_due()))
        result = give_up(session);
    return result;
}

static enum session_result classify(const struct session *session, const PGresult *result)
{
    if (result == NULL)
        return session->waiting ? SESSION_LATE : SESSION_LOST;
    /* Without a SQLSTATE it is libpq that complains: of a broken connection, or of its memory. */
    if (is_error(result))
        return PQresultErrorField(result, PG_DIAG_SQLSTATE) != NULL ? SESSION_ERROR : SESSION_LOST;
    /* rule: session.unconfirmed */
    return session->unconfirmed ? SESSION_UNCONFIRMED : SESSION_ROWS;
}

static enum session_result prepare(struct session *session, const struct known *known, int64_t deadline_ms,
                                   PGresult **result)
{
    int sent = PQsendPrepare(session->connection, known->name, known->statement->text, 0, NULL);

    *result = complete(session, sent, deadline_ms);
    return classify(session, *result);
}

static enum session_result execute(struct session *session, const struct statement *statement,
                                   const struct known *known, const char *const *parameters,
                                   int64_t deadline_ms, PGresult **result)
{
    int count = statement->parameter_count, sent;

    if (known != NULL && known->prepared)
        sent = PQsendQueryPrepared(session->connection, known->name, count, parameters, NULL, NULL, 0);
    else
        sent =
            PQsendQueryParams(session->connection, statement->text, count, NULL, parameters, NULL, NULL, 0);
    *result = complete(session, sent, deadline_ms);
    return classify(session, *result);
}

enum session_result session_run(struct session *session, const struct statement *statement,
                                const char *const *parameters, int64_t deadline_ms, PGresult **result)
{
    struct known *known = recall(session, statement);
    enum session_result ended = SESSION_ROWS;

    *result = NULL;
    if (session->prepares && known != NULL && !known->prepared) {
        ended = prepare(session, known, deadline_ms, result);
        known->prepared = ended == SESSION_ROWS;
    }
    if (ended == SESSION_ROWS) {
        PQclear(*result);
        ended = execute(session, statement, known, parameters, deadline_ms, result);
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
