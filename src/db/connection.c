/* Calls statements: connects when it must, repeats what may be repeated, and turns the rest into a status. */
#include "db/connection.h"

#include "core/clock.h"
#include "core/log.h"
#include "db/complaint.h"
#include "db/dial.h"
#include "db/give_up.h"
#include "db/session.h"
#include "db/sqlstate.h"
#include "db/statement.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define REPEATS_MAX       3
#define REPEAT_PAUSE_MS   10 /* doubled each time, and jittered */
#define BACKOFF_MIN_MS    50
#define BACKOFF_MAX_MS    1000
#define PATIENCE_PAUSE_MS 200
#define TOOL_CONNECT_MS   10000
#define TOOL_STATEMENT_MS 60000
#define UNRESOLVED_MAX_MS 60000 /* then the server that a statement was sent to counts as gone */

struct db {
    struct session_settings settings;
    char *own_dsn; /* settings.dsn, where no config owns it */
    struct session *session;
    unsigned host;           /* of the DSN's list: the one that worked last */
    int64_t backoff_ms;      /* 0: the last attempt to connect worked */
    int64_t closed_until_ms; /* no attempt before */
    int64_t waits_until_ms;  /* at most, for the end of a statement that was given up */
    int64_t patience_ms;     /* of the next call; 0: one try */
    int64_t used_us;
    char sqlstate[SQLSTATE_BYTES];
    char right[COMPLAINT_RIGHT_BYTES]; /* that the last 42501 was about */
};

/* How often one call has been sent again, and why. */
struct attempts {
    int repeats;
    bool renewed, unprepared;
};

static struct db *create(const struct session_settings *settings)
{
    struct db *db = calloc(1, sizeof(*db));

    if (db != NULL)
        db->settings = *settings;
    return db;
}

struct db *db_create(const struct config *config)
{
    const struct session_settings settings = {
        .dsn = config->database.dsn,
        .connect_timeout_ms = 1000 * config->database.connect_timeout_s,
        .statement_timeout_ms = config->database.statement_timeout_ms,
        .prepared_statements = config->database.prepared_statements,
    };

    return create(&settings);
}

struct db *db_create_for_dsn(const char *dsn)
{
    const struct session_settings settings = {
        .connect_timeout_ms = TOOL_CONNECT_MS,
        .statement_timeout_ms = TOOL_STATEMENT_MS,
    };
    struct db *db = create(&settings);

    if (db == NULL || (db->own_dsn = strdup(dsn)) == NULL) {
        free(db);
        return NULL;
    }
    db->settings.dsn = db->own_dsn;
    return db;
}

void db_free(struct db *db)
{
    if (db == NULL)
        return;
    session_close(db->session);
    if (db->own_dsn != NULL)
        sodium_memzero(db->own_dsn, strlen(db->own_dsn));
    free(db->own_dsn);
    free(db);
}

int64_t db_used_us(const struct db *db)
{
    return db->used_us;
}

const char *db_last_sqlstate(const struct db *db)
{
    return db->sqlstate[0] != '\0' ? db->sqlstate : NULL;
}

const char *db_missing_right(const struct db *db)
{
    return sqlstate_action(db->sqlstate) == SQLSTATE_RIGHT ? db->right : NULL;
}

void db_forget_usage(struct db *db)
{
    db->used_us = 0;
    db->sqlstate[0] = '\0';
}

static void set_sqlstate(struct db *db, const char *sqlstate)
{
    memset(db->sqlstate, 0, sizeof(db->sqlstate));
    memcpy(db->sqlstate, sqlstate, strnlen(sqlstate, sizeof(db->sqlstate) - 1));
}

/* Between half and all of ms, so that workers which failed together do not come back together. */
static int64_t jitter(int64_t ms)
{
    return ms / 2 + randombytes_uniform((uint32_t)(ms / 2 + 1));
}

static void drop(struct db *db)
{
    session_close(db->session);
    db->session = NULL;
}

/* True while a statement that was given up may still commit: its backend is there, and a second one beside it
 * is one too many. A server from which nothing comes for long has perhaps been replaced without a word. */
static bool is_unresolved(const struct db *db)
{
    return db->session != NULL && session_is_waiting(db->session) &&
           clock_monotonic_ms() < db->waits_until_ms;
}

void db_rest(struct db *db)
{
    if (!is_unresolved(db))
        drop(db);
}

/* Tries every host once, beginning with the last good one; those still to come share the time that is left.
 */
static struct session *try_hosts(struct db *db, int64_t deadline_ms, char error[SESSION_ERROR_BYTES])
{
    const char *unreadable = dial_dsn_error(db->settings.dsn);
    unsigned count = unreadable == NULL ? dial_host_count(db->settings.dsn) : 0;
    int64_t end_ms = clock_monotonic_ms() + db->settings.connect_timeout_ms;
    struct session *session = NULL;

    end_ms = end_ms < deadline_ms ? end_ms : deadline_ms;
    snprintf(error, SESSION_ERROR_BYTES, "%s", unreadable != NULL ? unreadable : "no time was left");
    for (unsigned tried = 0; session == NULL && tried < count; tried++) {
        int64_t now_ms = clock_monotonic_ms(), share_ms = (end_ms - now_ms) / (count - tried);

        db->host = (db->host + (tried > 0 ? 1 : 0)) % count;
        session = session_open(&db->settings, db->host, now_ms + share_ms, error);
    }
    return session;
}

/* True if there is a session to ask. While the database is known to be away, only one call in each window of
 * time finds out whether it still is; the others fail at once. */
static bool connect(struct db *db, int64_t deadline_ms)
{
    char error[SESSION_ERROR_BYTES];

    /* rule: db.unresolved */
    if (is_unresolved(db)) {
        set_sqlstate(db, SQLSTATE_CONNECTION_LOST);
        return false;
    }
    if (db->session != NULL && session_is_usable(db->session))
        return true;
    drop(db);
    if (clock_monotonic_ms() >= db->closed_until_ms) {
        db->session = try_hosts(db, deadline_ms, error);
        if (db->session != NULL) {
            if (db->backoff_ms > 0)
                log_event(LOG_LEVEL_INFO, "database: connected again");
            db->backoff_ms = 0;
            return true;
        }
        if (db->backoff_ms == 0)
            log_event(LOG_LEVEL_ERROR, "database: cannot connect: %s", error);
        db->backoff_ms = 2 * db->backoff_ms;
        if (db->backoff_ms < BACKOFF_MIN_MS)
            db->backoff_ms = BACKOFF_MIN_MS;
        if (db->backoff_ms > BACKOFF_MAX_MS)
            db->backoff_ms = BACKOFF_MAX_MS;
        db->closed_until_ms = clock_monotonic_ms() + jitter(db->backoff_ms);
    }
    set_sqlstate(db, SQLSTATE_CANNOT_CONNECT);
    return false;
}

/* A name that is taken, or not there, means a pooler that hands out its connections by the transaction: what
 * one has prepared another has not. From here on this process prepares nothing. */
static bool may_go_unprepared(struct db *db, struct attempts *attempts)
{
    if (attempts->unprepared || !db->settings.prepared_statements)
        return false;
    drop(db);
    db->settings.prepared_statements = false;
    attempts->unprepared = true;
    log_event(
        LOG_LEVEL_WARNING,
        "database: SQLSTATE %s: prepared statements are not kept on this connection, as behind a pooler; "
        "going on without them",
        db->sqlstate);
    return true;
}

/* Decides about an error of the server. True: send it again; else *status is what came of it. */
static bool may_resend(struct db *db, const struct statement *statement, const PGresult *error,
                       struct attempts *attempts, enum status *status)
{
    enum sqlstate_action action;

    set_sqlstate(db, PQresultErrorField(error, PG_DIAG_SQLSTATE));
    action = sqlstate_action(db->sqlstate);
    *status = STATUS_UNAVAILABLE;
    if (action == SQLSTATE_REPEAT && attempts->repeats < REPEATS_MAX) {
        clock_sleep_ms(jitter((int64_t)REPEAT_PAUSE_MS << attempts->repeats));
        attempts->repeats++;
        return true;
    }
    if (action == SQLSTATE_POOLED && may_go_unprepared(db, attempts))
        return true;
    if (action == SQLSTATE_RECONNECT || action == SQLSTATE_PREPARE) {
        drop(db);
        if (!attempts->renewed) {
            attempts->renewed = true;
            return true;
        }
        if (strcmp(db->sqlstate, "0A000") == 0 && may_go_unprepared(db, attempts))
            return true;
    }
    if (action != SQLSTATE_RECONNECT && action != SQLSTATE_REPEAT && action != SQLSTATE_UNAVAILABLE)
        *status = STATUS_ERROR;
    if (action == SQLSTATE_RIGHT)
        complaint_of_right(statement, error, session_user(db->session),
                           db->own_dsn != NULL ? "rigger_admin" : "rigger_app", db->right);
    else
        complaint_make(*status == STATUS_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, statement, error);
    if (action == SQLSTATE_MIGRATE)
        *status = complaint_of_schema(statement, "something is missing");
    return false;
}

/* The connection broke. Once more on a new one: what writes recognises its own earlier commit. */
static bool may_resend_lost(struct db *db, const struct statement *statement, struct attempts *attempts)
{
    drop(db);
    set_sqlstate(db, SQLSTATE_CONNECTION_LOST);
    log_event(LOG_LEVEL_WARNING, "database: %s: the connection was lost", statement->name);
    if (attempts->renewed)
        return false;
    attempts->renewed = true;
    return true;
}

static void note_late(struct db *db, const struct statement *statement)
{
    db->waits_until_ms = clock_monotonic_ms() + UNRESOLVED_MAX_MS;
    set_sqlstate(db, SQLSTATE_CONNECTION_LOST);
    log_event(
        LOG_LEVEL_WARNING,
        "database: %s: no answer within the time limit, nor to its cancellation; nothing is asked before "
        "it ends",
        statement->name);
}

static void note_unconfirmed(struct db *db, const struct statement *statement)
{
    set_sqlstate(db, SQLSTATE_UNCONFIRMED);
    log_event(LOG_LEVEL_ERROR,
              "database: %s: committed on this server alone: no synchronous standby confirmed it",
              statement->name);
}

static void clear_result(void *result)
{
    PQclear(result);
}

static enum status call(struct db *db, struct arena *arena, const struct statement *statement,
                        const char *const *parameters, struct db_rows *rows, int64_t deadline_ms)
{
    struct attempts attempts = { 0 };
    enum status status = STATUS_UNAVAILABLE;
    bool again = true;
    PGresult *result;

    while (again && connect(db, deadline_ms)) {
        int64_t answer_ms = clock_monotonic_ms() + db->settings.statement_timeout_ms;

        answer_ms = answer_ms < deadline_ms ? answer_ms : deadline_ms;
        again = false;
        switch (session_run(db->session, statement, parameters, answer_ms, &result)) {
        case SESSION_ROWS:
            *rows = (struct db_rows){ .statement = statement, .count = PQntuples(result), .result = result };
            arena_defer(arena, clear_result, result);
            return STATUS_OK;
        case SESSION_UNCONFIRMED:
            note_unconfirmed(db, statement);
            PQclear(result);
            break;
        case SESSION_MISSHAPEN:
            PQclear(result);
            return complaint_of_schema(statement, "the answer has other columns");
        case SESSION_ERROR:
            again = may_resend(db, statement, result, &attempts, &status);
            PQclear(result);
            break;
        case SESSION_LOST:
            status = STATUS_UNAVAILABLE;
            again = may_resend_lost(db, statement, &attempts);
            break;
        case SESSION_LATE:
            note_late(db, statement);
            break;
        }
    }
    return again ? STATUS_UNAVAILABLE : status;
}

/* As long as one call may take, whatever happens to it. */
static int64_t call_limit_ms(const struct db *db)
{
    return db->settings.connect_timeout_ms + db->settings.statement_timeout_ms + SESSION_CANCEL_MS;
}

static enum status call_measured(struct db *db, struct arena *arena, const struct statement *statement,
                                 const char *const *parameters, struct db_rows *rows, int64_t limit_ms)
{
    int64_t started_us = clock_monotonic_us();
    enum status status = call(db, arena, statement, parameters, rows, clock_monotonic_ms() + limit_ms);

    db->used_us += clock_monotonic_us() - started_us;
    return status;
}

void db_be_patient(struct db *db, int64_t budget_ms)
{
    db->patience_ms = budget_ms;
}

enum status db_call(struct db *db, struct arena *arena, const struct statement *statement,
                    const char *const *parameters, struct db_rows *rows)
{
    int64_t budget_ms = db->patience_ms, end_ms;
    enum status status;

    db->patience_ms = 0;
    if (budget_ms == 0)
        return call_measured(db, arena, statement, parameters, rows, call_limit_ms(db));
    end_ms = clock_monotonic_ms() + budget_ms;
    for (;;) {
        int64_t limit_ms = clock_remaining_ms(end_ms);

        if (limit_ms > call_limit_ms(db))
            limit_ms = call_limit_ms(db);
        status = call_measured(db, arena, statement, parameters, rows, limit_ms);
        /* rule: db.patience */
        if (status != STATUS_UNAVAILABLE || sqlstate_action(db->sqlstate) != SQLSTATE_RECONNECT)
            return status;
        if (give_up_is_due() || !clock_pause(jitter(PATIENCE_PAUSE_MS), end_ms))
            return status;
    }
}

enum status db_ping(struct db *db, struct arena *arena)
{
    static const struct statement ping = { .name = "ping", .text = "select 1 as one", .columns = "one" };
    struct db_rows rows;

    return db_call(db, arena, &ping, NULL, &rows);
}
