/* A private PostgreSQL cluster for tests: under a directory of its own, on a Unix socket, gone afterwards.
 * Set up and torn down once per test case (unchecked fixtures); the tests, which run in processes of their
 * own, share it. */
#ifndef RIGGER_TESTS_CHECK_POSTGRES_H
#define RIGGER_TESTS_CHECK_POSTGRES_H

#include <sys/types.h>

#define POSTGRES_DSN_BYTES 256

void postgres_set_up(void);
void postgres_tear_down(void);

/* pg_ctl's stop in that mode, and its start; both wait. */
void postgres_stop(const char *mode);
void postgres_start(void);

/* The directory with everything, and the one with the socket. */
extern char postgres_directory[];
extern char postgres_sockets[];

/* A connection string; `more` is put behind it ("" for nothing). */
void postgres_dsn(char dsn[POSTGRES_DSN_BYTES], const char *database, const char *more);

/* Has commits wait for a synchronous standby of that name, which need not be there; "": for none. */
void postgres_name_standby(const char *name);

/* Makes an empty database. */
void postgres_create_database(const char *database);

/* Runs statements that must succeed. */
void postgres_execute(const char *database, const char *sql);

/* The first value of a query, "" for null or no row; the caller frees it. */
char *postgres_value(const char *database, const char *sql);

/* Asserts that the first value of a query is that. */
void postgres_expect(const char *database, const char *sql, const char *value);

/* Asks until the first value of a query is that; Check's time limit ends it. */
void postgres_await(const char *database, const char *sql, const char *value);

#endif
