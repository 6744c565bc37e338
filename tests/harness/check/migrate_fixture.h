/* What the tests of migrations share: an empty database for each, runs over lists of files, what they print.
 */
#ifndef RIGGER_TESTS_CHECK_MIGRATE_FIXTURE_H
#define RIGGER_TESTS_CHECK_MIGRATE_FIXTURE_H

#include "check/postgres.h"
#include "db/migrate.h"

#include <stddef.h>

#define MIGRATE_DATABASE "migrated"
#define COUNT_OF(a)      ((unsigned)(sizeof(a) / sizeof((a)[0])))

/* Arguments of sql_file_of. */
#define TABLE    "migrations/0001_table.sql", "create table public.things (thing text);"
#define COLUMN   "migrations/0002_column.sql", "alter table public.things add column size int;"
#define FUNCTION "functions/f.sql", "create function rigger.f() returns int language sql as 'select 1';"
#define VIEW     "views/v.sql", "create view rigger.v as select rigger.f() as f;"
#define ROLES    "roles.sql", "grant usage on schema rigger to public; grant select on rigger.v to public;"

extern char migrate_dsn[POSTGRES_DSN_BYTES];
extern char *migrate_out, *migrate_err; /* what the last run printed */
extern size_t migrate_out_length, migrate_err_length;

void migrate_fixture_set_up(void);
void migrate_fixture_forget(void);

struct sql_file sql_file_of(const char *path, const char *text);

/* Asserts that a run succeeds; that it fails and says `told`; that the database has these files' version. */
void migrate_fixture_run(const struct sql_file *files, unsigned count);
void migrate_fixture_fail(const struct sql_file *files, unsigned count, const char *told);
void migrate_fixture_expect_version(const struct sql_file *files, unsigned count);

#endif
