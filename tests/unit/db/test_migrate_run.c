/* db/migrate: runs at the same time, runs beside traffic, and the files that are in the program. */
#include "check/migrate_fixture.h"

#include <check.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *migrate_run_suite(void);

static PGconn *connect_to(const char *sql)
{
    PGconn *connection = PQconnectdb(migrate_dsn);
    PGresult *result = PQexec(connection, sql);

    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK,
                  "%s", PQerrorMessage(connection));
    PQclear(result);
    return connection;
}

/* A run in a process of its own; its output comes out of *reader. */
static pid_t start_run(const struct sql_file *files, unsigned count, FILE **reader)
{
    int ends[2];
    pid_t child;

    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        FILE *out = fdopen(ends[1], "w");
        bool done = out != NULL && migrate_run_files(migrate_dsn, files, count, false, out, out);

        _exit((out == NULL || fclose(out) == 0) && done ? 0 : 1);
    }
    close(ends[1]);
    *reader = fdopen(ends[0], "r");
    ck_assert_ptr_nonnull(*reader);
    return child;
}

static void await_success(pid_t child)
{
    int status;

    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Reads until a line has that in it. */
static void await_line(FILE *reader, const char *words)
{
    char line[512];

    do
        ck_assert_msg(fgets(line, sizeof(line), reader) != NULL, "the run ended without: %s", words);
    while (strstr(line, words) == NULL);
}

/* Both are held up before their first step, then let go together; the table can be made only once. */
START_TEST(of_two_at_once_one_waits)
{
    const struct sql_file files[] = { sql_file_of(TABLE), sql_file_of(COLUMN), sql_file_of(FUNCTION) };
    PGconn *holder = connect_to("select pg_advisory_lock(hashtextextended('rigger migrate', 0))");
    FILE *readers[2];
    pid_t children[2];

    for (int i = 0; i < 2; i++)
        children[i] = start_run(files, 3, &readers[i]);
    for (int i = 0; i < 2; i++)
        await_line(readers[i], "waiting for another migration");
    postgres_await(MIGRATE_DATABASE,
                   "select count(*) from pg_locks where locktype = 'advisory' and not granted", "2");
    PQfinish(holder);
    for (int i = 0; i < 2; i++) {
        await_success(children[i]);
        fclose(readers[i]);
    }
    postgres_expect(MIGRATE_DATABASE, "select count(*) from rigger.migrations", "2");
    migrate_fixture_expect_version(files, 3);
}
END_TEST

START_TEST(locks_of_others_are_waited_out)
{
    const struct sql_file files[] = { sql_file_of(TABLE), sql_file_of(COLUMN) };
    PGconn *holder;
    FILE *reader;
    pid_t child;

    migrate_fixture_run(files, 1);
    holder = connect_to("begin; select count(*) from public.things");
    child = start_run(files, 2, &reader);
    await_line(reader, "migrations/0002_column.sql: others hold locks");
    PQfinish(holder);
    await_line(reader, "migrations/0002_column.sql: done");
    await_success(child);
    fclose(reader);
}
END_TEST

START_TEST(the_version_is_of_paths_order_and_texts)
{
    const struct sql_file lists[][2] = {
        { sql_file_of("a", "1"), sql_file_of("b", "2") }, { sql_file_of("b", "2"), sql_file_of("a", "1") },
        { sql_file_of("a", "1"), sql_file_of("b", "3") }, { sql_file_of("a", "1"), sql_file_of("c", "2") },
        { sql_file_of("a", "2"), sql_file_of("b", "1") }, { sql_file_of("a", "12"), sql_file_of("b", "") },
        { sql_file_of("a", "1b"), sql_file_of("", "2") },
    };
    char versions[COUNT_OF(lists)][MIGRATE_VERSION_BYTES], again[MIGRATE_VERSION_BYTES];

    for (unsigned i = 0; i < COUNT_OF(lists); i++) {
        migrate_version_of(lists[i], 2, versions[i]);
        migrate_version_of(lists[i], 2, again);
        ck_assert_str_eq(versions[i], again);
        ck_assert_uint_eq(strspn(versions[i], "0123456789abcdef"), MIGRATE_VERSION_BYTES - 1);
        for (unsigned other = 0; other < i; other++)
            ck_assert_str_ne(versions[i], versions[other]);
    }
    migrate_version_of(lists[0], 1, again);
    ck_assert_str_ne(versions[0], again);
}
END_TEST

START_TEST(the_embedded_files_are_those_of_sql)
{
    char path[512], *text;
    size_t length;
    FILE *source;

    ck_assert_uint_gt(sql_file_count, 2);
    ck_assert_str_eq(sql_files[sql_file_count - 1].path, "grants.sql"); /* after roles.sql, which revokes */
    for (unsigned i = 0; i < sql_file_count; i++) {
        snprintf(path, sizeof(path), TEST_VECTORS_DIR "/../../sql/%s", sql_files[i].path);
        source = fopen(path, "re");
        if (source == NULL) { /* the build made it */
            snprintf(path, sizeof(path), TEST_BUILD_DIR "/%s", sql_files[i].path);
            source = fopen(path, "re");
        }
        ck_assert_msg(source != NULL, "%s", path);
        text = malloc(sql_files[i].length + 2);
        ck_assert_ptr_nonnull(text);
        length = fread(text, 1, sql_files[i].length + 2, source);
        ck_assert_msg(length == sql_files[i].length, "%s", path);
        ck_assert_mem_eq(text, sql_files[i].text, length);
        ck_assert_uint_eq(sql_files[i].text[length], 0);
        free(text);
        fclose(source);
    }
}
END_TEST

START_TEST(the_real_schema_is_made_and_made_anew)
{
    migrate_fixture_forget();
    FILE *out = open_memstream(&migrate_out, &migrate_out_length);

    ck_assert(migrate_run(migrate_dsn, false, out, stderr));
    postgres_expect(MIGRATE_DATABASE, "select schema_version from rigger.ready()", migrate_schema_version());
    postgres_expect(MIGRATE_DATABASE, "select count(*) from rigger.check_invariants()", "0");
    postgres_execute(MIGRATE_DATABASE,
                     "create function rigger.stray() returns int language sql as 'select 1'");
    postgres_execute(MIGRATE_DATABASE, "update rigger.schema_version set version = 'older'");
    ck_assert(migrate_run(migrate_dsn, false, out, stderr));
    postgres_expect(MIGRATE_DATABASE, "select schema_version from rigger.ready()", migrate_schema_version());
    postgres_expect(MIGRATE_DATABASE, "select to_regproc('rigger.stray')", "");
    fclose(out);
}
END_TEST

/* An administrator who is tired of waiting for the standby. */
START_TEST(what_no_standby_has_confirmed_is_no_success)
{
    const struct sql_file files[] = { sql_file_of("migrations/0001_a.sql", "create table public.a (a int)") };
    FILE *reader;
    int status;
    pid_t child;

    postgres_name_standby("away");
    child = start_run(files, 1, &reader);
    postgres_await(MIGRATE_DATABASE,
                   "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and query = 'commit'",
                   "1");
    postgres_execute(MIGRATE_DATABASE,
                     "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    await_line(reader, "no synchronous standby has confirmed it");
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    fclose(reader);
    postgres_name_standby("");
    migrate_fixture_run(files, 1);
}
END_TEST

Suite *migrate_run_suite(void)
{
    Suite *suite = suite_create("db/migrate_run");
    TCase *tests = tcase_create("migrate_run");

    tcase_add_unchecked_fixture(tests, postgres_set_up, postgres_tear_down);
    tcase_add_checked_fixture(tests, migrate_fixture_set_up, migrate_fixture_forget);
    tcase_add_test(tests, of_two_at_once_one_waits);
    tcase_add_test(tests, locks_of_others_are_waited_out);
    tcase_add_test(tests, the_version_is_of_paths_order_and_texts);
    tcase_add_test(tests, the_embedded_files_are_those_of_sql);
    tcase_add_test(tests, the_real_schema_is_made_and_made_anew);
    tcase_add_test(tests, what_no_standby_has_confirmed_is_no_success);
    suite_add_tcase(suite, tests);
    return suite;
}
