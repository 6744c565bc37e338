/* The database: one connection per worker, one statement per transaction, typed rows out. Only db/ includes
 * libpq-fe.h.
 *
 * Every call is a single statement in autocommit: PostgreSQL makes it one transaction, in one round trip, and
 * nothing stays open while C does something else. Serialization failures and deadlocks are retried here,
 * bounded. A connection lost while a call was under way leaves its outcome unknown: the call is sent again on
 * a new connection, and every SQL function that writes takes a key (request key, config id, instance id,
 * attempt id) by which it recognises its own earlier commit and repeats the answer instead of the effect. */
#ifndef RIGGER_DB_CONNECTION_H
#define RIGGER_DB_CONNECTION_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct statement; /* db/statements.h */

/* One call's result: exactly the columns that the statement declares. Lives on the arena. */
struct db_rows {
    const struct statement *statement;
    int count;
    void *result; /* PGresult, cleared with the arena */
};

/* Prepares a handle; connects at the first call. The config must outlive it. */
struct db *db_create(const struct config *config) MUST_CHECK;

/* The same for an operator's tool: another DSN, generous limits, no prepared statements. */
struct db *db_create_for_dsn(const char *dsn) MUST_CHECK;
void db_free(struct db *db);

/* Calls a statement with its parameters as text (NULL is SQL null; bytea as "\x…"; count as declared).
 * STATUS_OK: rows is filled in. STATUS_UNAVAILABLE: no database, a time-out, or retries used up.
 * STATUS_FAULT: anything else (logged with its SQLSTATE, never with parameters). */
enum status db_call(struct db *db, struct arena *arena, const struct statement *statement,
                    const char *const *parameters, struct db_rows *rows) MUST_CHECK;

/* db_call that goes on trying for budget_ms where the database is unavailable. */
enum status db_call_patiently(struct db *db, struct arena *arena, const struct statement *statement,
                              const char *const *parameters, struct db_rows *rows,
                              int64_t budget_ms) MUST_CHECK;

/* What the calls since the last db_forget_usage took, and their last SQLSTATE (NULL: none), for the request
 * log. */
int64_t db_used_us(const struct db *db);
const char *db_last_sqlstate(const struct db *db);
void db_forget_usage(struct db *db);

/* Columns by name; the statement must declare it (else the process aborts: a programming error). NULL for SQL
 * null. */
const char *db_text(const struct db_rows *rows, int row, const char *column);
int64_t db_integer(const struct db_rows *rows, int row, const char *column); /* null: 0 */
bool db_boolean(const struct db_rows *rows, int row, const char *column);    /* null: false */
bool db_is_null(const struct db_rows *rows, int row, const char *column);

#endif
