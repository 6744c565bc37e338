/* db/migrate: what runs over small lists of files leave behind, and one over the real list. */
#include "db/migrate.h"

#include "postgres.h"

#include <check.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *migrate_suite(void);

#define DATABASE    "migrated"
#define COUNT_OF(a) ((unsigned)(sizeof(a) / sizeof((a)[0])))

static char dsn[POSTGRES_DSN_BYTES];
static char *out_text, *err_text;
static size_t out_length, err_length;

#define TABLE    "migrations/0001_table.sql", "create table public.things (thing text);"
#define COLUMN   "migrations/0002_column.sql", "alter table public.things add column size int;"
#define FUNCTION "functions/f.sql", "create function rigger.f() returns int language sql as 'select 1';"
#define VIEW     "views/v.sql", "create view rigger.v as select rigger.f() as f;"
#define ROLES    "roles.sql", "grant usage on schema rigger to public; grant select on rigger.v to public;"

static struct sql_file file(const char *path, const char *text)
{
    return (struct sql_file){ path, (const unsigned char *)text, (unsigned)strlen(text) };
}

static void set_up(void)
{
    postgres_execute("postgres", "drop database if exists " DATABASE);
    postgres_create_database(DATABASE);
    postgres_dsn(dsn, DATABASE, "");
}

static void forget_output(void)
{
    free(out_text);
    free(err_text);
    out_text = err_text = NULL;
}

static bool run(const struct sql_file *files, unsigned count)
{
    FILE *out, *err;
    bool done;

    forget_output();
    out = open_memstream(&out_text, &out_length);
    err = open_memstream(&err_text, &err_length);
    ck_assert(out != NULL && err != NULL);
    done = migrate_run_files(dsn, files, count, out, err);
    fclose(out);
    fclose(err);
    return done;
}

static void run_well(const struct sql_file *files, unsigned count)
{
    ck_assert_msg(run(files, count), "%s", err_text);
    ck_assert_str_eq(err_text, "");
}

static void run_badly(const struct sql_file *files, unsigned count, const char *told)
{
    ck_assert_msg(!run(files, count), "%s", out_text);
    ck_assert_msg(strstr(err_text, told) != NULL, "\"%s\" is not in:\n%s", told, err_text);
}

static void expect_version(const struct sql_file *files, unsigned count)
{
    char version[MIGRATE_VERSION_BYTES];

    migrate_version_of(files, count, version);
    postgres_expect(DATABASE, "select version from rigger.schema_version", version);
}

START_TEST(all_files_run_once_in_order)
{
    const struct sql_file files[] = { file(TABLE), file(COLUMN), file(FUNCTION), file(VIEW), file(ROLES) };

    run_well(files, 5);
    ck_assert_ptr_nonnull(
        strstr(out_text, "migrations/0001_table.sql: done\nmigrations/0002_column.sql: done\n"));
    postgres_expect(DATABASE, "select f from rigger.v", "1");
    postgres_expect(DATABASE, "select string_agg(path, ' ' order by path) from rigger.migrations",
                    "migrations/0001_table.sql migrations/0002_column.sql");
    expect_version(files, 5);
    run_well(files, 5);
    ck_assert_str_eq(out_text, "nothing to do: the schema is this program's\n");
}
END_TEST

START_TEST(a_new_migration_is_added)
{
    const struct sql_file files[] = { file(TABLE), file(COLUMN) };

    run_well(files, 1);
    run_well(files, 2);
    ck_assert_ptr_null(strstr(out_text, "0001_table"));
    postgres_expect(DATABASE, "select count(size) from public.things", "0");
    expect_version(files, 2);
}
END_TEST

START_TEST(a_changed_migration_is_refused)
{
    const struct sql_file files[] = { file(TABLE), file(FUNCTION) };
    const struct sql_file changed[] = { file("migrations/0001_table.sql", "create table public.others ();"),
                                        file("functions/f.sql", "create function rigger.g() returns int"
                                                                " language sql as 'select 1';") };

    run_well(files, 2);
    run_badly(changed, 2, "migrations/0001_table.sql: changed after it was applied");
    expect_version(files, 2);
    postgres_expect(DATABASE, "select rigger.f()", "1");
}
END_TEST

START_TEST(a_database_of_a_newer_program_is_refused)
{
    const struct sql_file files[] = { file(TABLE), file(COLUMN) };

    run_well(files, 2);
    run_badly(files, 1, "migrations/0002_column.sql: applied by a newer program");
    expect_version(files, 2);
}
END_TEST

/* Another result type, other columns, a file that is gone: none of it could be replaced in place. */
START_TEST(functions_and_views_are_made_anew)
{
    const struct sql_file before[] = { file(FUNCTION), file(VIEW), file(ROLES),
                                       file("functions/g.sql", "create function rigger.g(int) returns int"
                                                               " language sql as 'select 1';") };
    const struct sql_file after[] = {
        file("functions/f.sql", "create function rigger.f() returns text"
                                " language sql as 'select ''new''::text';"),
        file("views/v.sql", "create view rigger.v as select 2 as n, rigger.f();"), file(ROLES)
    };

    run_well(before, 4);
    run_well(after, 3);
    postgres_expect(DATABASE, "select n || f from rigger.v", "2new");
    postgres_expect(DATABASE, "select to_regprocedure('rigger.g(int)')", "");
    postgres_expect(DATABASE, "select has_table_privilege('pg_monitor', 'rigger.v', 'select')", "t");
    expect_version(after, 3);
}
END_TEST

START_TEST(triggers_on_our_functions_are_made_anew)
{
    const struct sql_file files[] = {
        file(TABLE),
        file("functions/t.sql", "create function rigger.t() returns trigger language plpgsql as"
                                " $$ begin new.thing := 'first'; return new; end $$;"),
        file("triggers.sql", "create trigger set_thing before insert on public.things"
                             " for each row execute function rigger.t();"),
    };
    struct sql_file changed[COUNT_OF(files)];

    memcpy(changed, files, sizeof(files));
    changed[1] = file("functions/t.sql", "create function rigger.t() returns trigger language plpgsql as"
                                         " $$ begin new.thing := 'second'; return new; end $$;");
    run_well(files, 3);
    run_well(changed, 3);
    postgres_expect(DATABASE, "insert into public.things default values returning thing", "second");
}
END_TEST

START_TEST(members_of_an_extension_are_left_alone)
{
    const struct sql_file files[] = { file("migrations/0001_extension.sql",
                                           "create extension tablefunc schema rigger;") };

    run_well(files, 1);
    postgres_expect(DATABASE, "select count(*) from rigger.normal_rand(3, 0, 1)", "3");
}
END_TEST

START_TEST(what_an_administrator_built_is_not_dropped)
{
    const struct sql_file before[] = { file(FUNCTION), file(VIEW) };
    const struct sql_file after[] = { file(VIEW), file(FUNCTION) };

    run_well(before, 2);
    postgres_execute(DATABASE, "create view public.theirs as select * from rigger.v");
    run_badly(after, 2, "view theirs depends on view rigger.v");
    postgres_expect(DATABASE, "select f from public.theirs", "1");
    expect_version(before, 2);
}
END_TEST

START_TEST(nothing_of_a_failed_migration_remains)
{
    const struct sql_file files[] = {
        file(TABLE),
        file("migrations/0002_broken.sql", "-- é\ncreate table public.others ();\n\nselect nothing;\n"),
        file(FUNCTION),
    };

    run_badly(files, 3, "migrations/0002_broken.sql:4: column \"nothing\" does not exist (SQLSTATE 42703)\n");
    postgres_expect(DATABASE, "select to_regclass('public.things')", "things");
    postgres_expect(DATABASE, "select to_regclass('public.others')", "");
    postgres_expect(DATABASE, "select string_agg(path, ' ') from rigger.migrations",
                    "migrations/0001_table.sql");
    postgres_expect(DATABASE, "select to_regproc('rigger.f')", "");
    postgres_expect(DATABASE, "select count(*) from rigger.schema_version", "0");
}
END_TEST

START_TEST(nothing_of_a_failed_function_remains)
{
    const struct sql_file before[] = { file(FUNCTION), file(VIEW) };
    const struct sql_file after[] = {
        file("functions/f.sql", "create function rigger.f() returns int language sql as 'select 2';"),
        file("views/v.sql", "do $$ begin raise 'broken' using detail = 'more', hint = 'mend it'; end $$;"),
    };

    run_well(before, 2);
    run_badly(after, 2, "views/v.sql: broken (SQLSTATE P0001)\n  detail: more\n  hint: mend it\n  context: ");
    postgres_expect(DATABASE, "select f from rigger.v", "1");
    expect_version(before, 2);
}
END_TEST

START_TEST(a_file_may_not_end_the_transaction)
{
    const struct sql_file files[] = { file("functions/f.sql", "commit;") };

    run_badly(files, 1, "functions/f.sql: ends its transaction");
    postgres_expect(DATABASE, "select count(*) from rigger.schema_version", "0");
}
END_TEST

START_TEST(what_a_file_says_is_passed_on)
{
    const struct sql_file files[] = { file("roles.sql",
                                           "do $$ begin raise notice 'no role' using hint = 'make it';"
                                           " end $$; create schema if not exists rigger;") };

    run_well(files, 1);
    ck_assert_ptr_nonnull(strstr(out_text, "notice: no role\n  hint: make it\n"));
    ck_assert_ptr_null(strstr(out_text, "already exists"));
}
END_TEST

/* A search_path, a lock time-out or a time limit of the account is not for us. */
START_TEST(settings_of_the_account_do_not_matter)
{
    const struct sql_file files[] = {
        file(TABLE),
        file("functions/f.sql",
             "do $$ begin if current_setting('search_path') <> 'pg_catalog, pg_temp'"
             " or current_setting('statement_timeout') <> '0' then raise 'settings'; end if;"
             " end $$;"),
    };

    postgres_execute(DATABASE, "alter database " DATABASE " set search_path = nowhere");
    postgres_execute(DATABASE, "alter database " DATABASE " set statement_timeout = '1min'");
    postgres_execute(DATABASE,
                     "alter database " DATABASE " set default_transaction_isolation = serializable");
    run_well(files, 2);
}
END_TEST

START_TEST(a_database_that_cannot_be_reached_is_said)
{
    const struct sql_file files[] = { file(TABLE) };

    postgres_dsn(dsn, "nowhere", "password=geheim");
    run_badly(files, 1, "database \"nowhere\" does not exist");
    ck_assert_ptr_null(strstr(err_text, "geheim"));
}
END_TEST

static PGconn *connect_to(const char *sql)
{
    PGconn *connection = PQconnectdb(dsn);
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
        bool done = out != NULL && migrate_run_files(dsn, files, count, out, out);

        _exit(done && fclose(out) == 0 ? 0 : 1);
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
    const struct sql_file files[] = { file(TABLE), file(COLUMN), file(FUNCTION) };
    PGconn *holder = connect_to("select pg_advisory_lock(hashtextextended('rigger migrate', 0))");
    FILE *readers[2];
    pid_t children[2];

    for (int i = 0; i < 2; i++)
        children[i] = start_run(files, 3, &readers[i]);
    for (int i = 0; i < 2; i++)
        await_line(readers[i], "waiting for another migration");
    postgres_await(DATABASE, "select count(*) from pg_locks where locktype = 'advisory' and not granted",
                   "2");
    PQfinish(holder);
    for (int i = 0; i < 2; i++) {
        await_success(children[i]);
        fclose(readers[i]);
    }
    postgres_expect(DATABASE, "select count(*) from rigger.migrations", "2");
    expect_version(files, 3);
}
END_TEST

START_TEST(locks_of_others_are_waited_out)
{
    const struct sql_file files[] = { file(TABLE), file(COLUMN) };
    PGconn *holder;
    FILE *reader;
    pid_t child;

    run_well(files, 1);
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
        { file("a", "1"), file("b", "2") }, { file("b", "2"), file("a", "1") },
        { file("a", "1"), file("b", "3") }, { file("a", "1"), file("c", "2") },
        { file("a", "2"), file("b", "1") }, { file("a", "12"), file("b", "") },
        { file("a", "1b"), file("", "2") },
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
    for (unsigned i = 0; i < sql_file_count; i++) {
        snprintf(path, sizeof(path), TEST_VECTORS_DIR "/../../sql/%s", sql_files[i].path);
        source = fopen(path, "re");
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
    forget_output();
    FILE *out = open_memstream(&out_text, &out_length);

    ck_assert(migrate_run(dsn, out, stderr));
    postgres_expect(DATABASE, "select schema_version from rigger.ready()", migrate_schema_version());
    postgres_expect(DATABASE, "select count(*) from rigger.check_invariants()", "0");
    postgres_execute(DATABASE, "create function rigger.stray() returns int language sql as 'select 1'");
    postgres_execute(DATABASE, "update rigger.schema_version set version = 'older'");
    ck_assert(migrate_run(dsn, out, stderr));
    postgres_expect(DATABASE, "select schema_version from rigger.ready()", migrate_schema_version());
    postgres_expect(DATABASE, "select to_regproc('rigger.stray')", "");
    fclose(out);
}
END_TEST

Suite *migrate_suite(void)
{
    Suite *suite = suite_create("db/migrate");
    TCase *tests = tcase_create("migrate");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, postgres_set_up, postgres_tear_down);
    tcase_add_checked_fixture(tests, set_up, forget_output);
    tcase_add_test(tests, all_files_run_once_in_order);
    tcase_add_test(tests, a_new_migration_is_added);
    tcase_add_test(tests, a_changed_migration_is_refused);
    tcase_add_test(tests, a_database_of_a_newer_program_is_refused);
    tcase_add_test(tests, functions_and_views_are_made_anew);
    tcase_add_test(tests, triggers_on_our_functions_are_made_anew);
    tcase_add_test(tests, members_of_an_extension_are_left_alone);
    tcase_add_test(tests, what_an_administrator_built_is_not_dropped);
    tcase_add_test(tests, nothing_of_a_failed_migration_remains);
    tcase_add_test(tests, nothing_of_a_failed_function_remains);
    tcase_add_test(tests, a_file_may_not_end_the_transaction);
    tcase_add_test(tests, what_a_file_says_is_passed_on);
    tcase_add_test(tests, settings_of_the_account_do_not_matter);
    tcase_add_test(tests, a_database_that_cannot_be_reached_is_said);
    tcase_add_test(tests, of_two_at_once_one_waits);
    tcase_add_test(tests, locks_of_others_are_waited_out);
    tcase_add_test(tests, the_version_is_of_paths_order_and_texts);
    tcase_add_test(tests, the_embedded_files_are_those_of_sql);
    tcase_add_test(tests, the_real_schema_is_made_and_made_anew);
    suite_add_tcase(suite, tests);
    return suite;
}
