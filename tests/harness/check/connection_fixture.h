/* What the tests of the connection share: a database with functions that fail in their first turns, a handle
 * on it, and what is logged. Check runs each test in a process of its own, so that none of it outlives a
 * test. */
#ifndef RIGGER_TESTS_CHECK_CONNECTION_FIXTURE_H
#define RIGGER_TESTS_CHECK_CONNECTION_FIXTURE_H

#include "check/postgres.h"
#include "config/config.h"
#include "core/arena.h"
#include "db/connection.h"
#include "db/statement.h"

#include <stdbool.h>

#define CALLS_DATABASE "calls"

extern struct calls {
    struct config config; /* of db; a change counts after calls_renew() */
    char dsn[POSTGRES_DSN_BYTES];
    struct db *db;
    struct arena *arena;
    struct db_rows rows; /* of the last calls_make() */
} calls;

/* calls_one answers n = 1. calls_fail takes a number of turns and a SQLSTATE that it fails with in so many
 * turns, then answers the turn; turns are never rolled back. */
extern const struct statement calls_one, calls_fail;

void calls_make_database(void);
void calls_set_up(void);
void calls_tear_down(void);

/* A new handle. */
void calls_renew(void);

/* True if text is in what this test has logged. */
bool calls_logged(const char *text);

/* db_call with up to two parameters. */
enum status calls_make(const struct statement *statement, const char *first, const char *second);

#endif
