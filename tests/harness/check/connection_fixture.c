/* See connection_fixture.h. */
#include "check/connection_fixture.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARENA_BYTES ((size_t)1 << 20)

struct calls calls;
static char log_path[96], log_text[65536];

const struct statement calls_one = { .name = "one", .text = "select 1 as n", .columns = "n" };

const struct statement calls_fail = {
    .name = "fail",
    .text = "select public.fail($1::int, $2::text) as turn",
    .parameter_count = 2,
    .columns = "turn",
};

void calls_make_database(void)
{
    postgres_set_up();
    postgres_create_database(CALLS_DATABASE);
    postgres_execute(CALLS_DATABASE,
                     "create sequence turns;"
                     " create table things (thing text unique deferrable initially deferred)");
    /* Fails with a SQLSTATE in its first turns; sequences are not rolled back. */
    postgres_execute(CALLS_DATABASE,
                     "create function fail(p_turns int, p_state text) returns bigint language plpgsql as $$"
                     " declare v bigint := nextval('public.turns');"
                     " begin"
                     "   if v <= p_turns then"
                     "     raise exception 'turn %', v using errcode = p_state, detail = 'geheim';"
                     "   end if;"
                     "   return v;"
                     " end $$");
    postgres_execute(CALLS_DATABASE, "create function die(p_turns int) returns bigint language plpgsql as $$"
                                     " declare v bigint := nextval('public.turns');"
                                     " begin"
                                     "   if v <= p_turns then"
                                     "     perform pg_terminate_backend(pg_backend_pid()), pg_sleep(60);"
                                     "   end if;"
                                     "   return v;"
                                     " end $$");
}

void calls_set_up(void)
{
    int file;

    snprintf(log_path, sizeof(log_path), "%s/stderr", postgres_directory);
    file = open(log_path, O_CREAT | O_TRUNC | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_ge(dup2(file, STDERR_FILENO), 0);
    close(file);
    postgres_dsn(calls.dsn, CALLS_DATABASE, "");
    calls.config.database.dsn = calls.dsn;
    calls.config.database.connect_timeout_s = 20;
    calls.config.database.statement_timeout_ms = 20000;
    calls.config.database.prepared_statements = true;
    calls.arena = arena_create(ARENA_BYTES);
    calls.db = db_create(&calls.config);
    ck_assert_ptr_nonnull(calls.db);
    postgres_execute(CALLS_DATABASE, "alter sequence turns restart; truncate things");
}

void calls_tear_down(void)
{
    db_free(calls.db);
    arena_free(calls.arena);
}

bool calls_logged(const char *text)
{
    FILE *file = fopen(log_path, "re");
    size_t length;

    ck_assert_ptr_nonnull(file);
    length = fread(log_text, 1, sizeof(log_text) - 1, file);
    log_text[length] = '\0';
    fclose(file);
    return strstr(log_text, text) != NULL;
}

void calls_renew(void)
{
    db_free(calls.db);
    calls.db = db_create(&calls.config);
    ck_assert_ptr_nonnull(calls.db);
}

enum status calls_make(const struct statement *statement, const char *first, const char *second)
{
    const char *const parameters[] = { first, second };

    return db_call(calls.db, calls.arena, statement, parameters, &calls.rows);
}
