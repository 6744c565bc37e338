/* The database: one connection per worker, one statement per transaction. What is asked of it are the SQL
 * functions, by the calls of db/calls.h, which the build makes from sql/functions/. Only db/ includes
 * libpq-fe.h.
 *
 * Every call is a single statement in autocommit: PostgreSQL makes it one transaction, in one round trip, and
 * nothing stays open while C does something else. Serialization failures and deadlocks are retried here,
 * bounded. A connection lost while a call was under way leaves its result unknown: the call is sent again on
 * a new connection, and every SQL function that writes takes a key (request key, config id, instance id,
 * attempt id) by which it recognises its own earlier commit and repeats the answer instead of the effect. */
#ifndef RIGGER_DB_CONNECTION_H
#define RIGGER_DB_CONNECTION_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/status.h"

#include <stdint.h>

struct db;

/* Prepares a handle; connects at the first call. The config must outlive it. */
struct db *db_create(const struct config *config) MUST_CHECK;

/* The same for an operator's tool: another DSN, generous limits, no prepared statements. */
struct db *db_create_for_dsn(const char *dsn) MUST_CHECK;
void db_free(struct db *db);

/* The next call, and that one alone, goes on trying for budget_ms where the database is away: not where it is
 * there and somebody holds a lock, which has a bound of its own. */
void db_be_patient(struct db *db, int64_t budget_ms);

/* Closes the connection, if there is one; the next call opens it again. For a process that is going to wait.
 */
void db_rest(struct db *db);

/* A round trip to the database that asks for nothing, not even for the schema. STATUS_OK or as for a call. */
enum status db_ping(struct db *db, struct arena *arena) MUST_CHECK;

/* What the calls since the last db_forget_usage took, and their last SQLSTATE (NULL: none), for the request
 * log. */
int64_t db_used_us(const struct db *db);
const char *db_last_sqlstate(const struct db *db);

/* Which right the last failed call lacked, and the grant that cures it, fit for a client. NULL: it failed
 * otherwise. */
const char *db_missing_right(const struct db *db);
void db_forget_usage(struct db *db);

#endif
