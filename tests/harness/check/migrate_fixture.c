/* See migrate_fixture.h. */
#include "check/migrate_fixture.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char migrate_dsn[POSTGRES_DSN_BYTES];
char *migrate_out, *migrate_err;
size_t migrate_out_length, migrate_err_length;

struct sql_file sql_file_of(const char *path, const char *text)
{
    return (struct sql_file){ path, (const unsigned char *)text, (unsigned)strlen(text) };
}

void migrate_fixture_set_up(void)
{
    postgres_execute("postgres", "drop database if exists " MIGRATE_DATABASE);
    postgres_create_database(MIGRATE_DATABASE);
    postgres_dsn(migrate_dsn, MIGRATE_DATABASE, "");
}

void migrate_fixture_forget(void)
{
    free(migrate_out);
    free(migrate_err);
    migrate_out = migrate_err = NULL;
}

static bool run(const struct sql_file *files, unsigned count)
{
    FILE *out, *err;
    bool done;

    migrate_fixture_forget();
    out = open_memstream(&migrate_out, &migrate_out_length);
    err = open_memstream(&migrate_err, &migrate_err_length);
    ck_assert(out != NULL && err != NULL);
    done = migrate_run_files(migrate_dsn, files, count, false, out, err);
    fclose(out);
    fclose(err);
    return done;
}

void migrate_fixture_run(const struct sql_file *files, unsigned count)
{
    ck_assert_msg(run(files, count), "%s", migrate_err);
    ck_assert_str_eq(migrate_err, "");
}

void migrate_fixture_fail(const struct sql_file *files, unsigned count, const char *told)
{
    ck_assert_msg(!run(files, count), "%s", migrate_out);
    ck_assert_msg(strstr(migrate_err, told) != NULL, "\"%s\" is not in:\n%s", told, migrate_err);
}

void migrate_fixture_expect_version(const struct sql_file *files, unsigned count)
{
    char version[MIGRATE_VERSION_BYTES];

    migrate_version_of(files, count, version);
    postgres_expect(MIGRATE_DATABASE, "select version from rigger.schema_version", version);
}
