/* db/migrate: what runs over small lists of files do, and leave undone. */
#include "check/migrate_fixture.h"

#include <check.h>
#include <string.h>

Suite *migrate_suite(void);

START_TEST(all_files_run_once_in_order)
{
    const struct sql_file files[] = { sql_file_of(TABLE), sql_file_of(COLUMN), sql_file_of(FUNCTION),
                                      sql_file_of(VIEW), sql_file_of(ROLES) };

    migrate_fixture_run(files, 5);
    ck_assert_ptr_nonnull(
        strstr(migrate_out, "migrations/0001_table.sql: done\nmigrations/0002_column.sql: done\n"));
    postgres_expect(MIGRATE_DATABASE, "select f from rigger.v", "1");
    postgres_expect(MIGRATE_DATABASE, "select string_agg(path, ' ' order by path) from rigger.migrations",
                    "migrations/0001_table.sql migrations/0002_column.sql");
    migrate_fixture_expect_version(files, 5);
    migrate_fixture_run(files, 5);
    ck_assert_str_eq(migrate_out, "nothing to do: the schema is this program's\n");
}
END_TEST

START_TEST(a_new_migration_is_added)
{
    const struct sql_file files[] = { sql_file_of(TABLE), sql_file_of(COLUMN) };

    migrate_fixture_run(files, 1);
    migrate_fixture_run(files, 2);
    ck_assert_ptr_null(strstr(migrate_out, "0001_table"));
    postgres_expect(MIGRATE_DATABASE, "select count(size) from public.things", "0");
    migrate_fixture_expect_version(files, 2);
}
END_TEST

START_TEST(a_changed_migration_is_refused)
{
    const struct sql_file files[] = { sql_file_of(TABLE), sql_file_of(FUNCTION) };
    const struct sql_file changed[] = {
        sql_file_of("migrations/0001_table.sql", "create table public.others ();"),
        sql_file_of("functions/f.sql", "create function rigger.g() returns int"
                                       " language sql as 'select 1';")
    };

    migrate_fixture_run(files, 2);
    migrate_fixture_fail(changed, 2, "migrations/0001_table.sql: changed after it was applied");
    migrate_fixture_expect_version(files, 2);
    postgres_expect(MIGRATE_DATABASE, "select rigger.f()", "1");
}
END_TEST

START_TEST(a_database_of_a_newer_program_is_refused)
{
    const struct sql_file files[] = { sql_file_of(TABLE), sql_file_of(COLUMN) };

    migrate_fixture_run(files, 2);
    migrate_fixture_fail(files, 1, "migrations/0002_column.sql: applied by a newer program");
    migrate_fixture_expect_version(files, 2);
}
END_TEST

/* Another result type, other columns, a file that is gone: none of it could be replaced in place. */
START_TEST(functions_and_views_are_made_anew)
{
    const struct sql_file before[] = { sql_file_of(FUNCTION), sql_file_of(VIEW), sql_file_of(ROLES),
                                       sql_file_of("functions/g.sql",
                                                   "create function rigger.g(int) returns int"
                                                   " language sql as 'select 1';") };
    const struct sql_file after[] = {
        sql_file_of("functions/f.sql", "create function rigger.f() returns text"
                                       " language sql as 'select ''new''::text';"),
        sql_file_of("views/v.sql", "create view rigger.v as select 2 as n, rigger.f();"), sql_file_of(ROLES)
    };

    migrate_fixture_run(before, 4);
    migrate_fixture_run(after, 3);
    postgres_expect(MIGRATE_DATABASE, "select n || f from rigger.v", "2new");
    postgres_expect(MIGRATE_DATABASE, "select to_regprocedure('rigger.g(int)')", "");
    postgres_expect(MIGRATE_DATABASE, "select has_table_privilege('pg_monitor', 'rigger.v', 'select')", "t");
    migrate_fixture_expect_version(after, 3);
}
END_TEST

START_TEST(triggers_on_our_functions_are_made_anew)
{
    const struct sql_file files[] = {
        sql_file_of(TABLE),
        sql_file_of("functions/t.sql", "create function rigger.t() returns trigger language plpgsql as"
                                       " $$ begin new.thing := 'first'; return new; end $$;"),
        sql_file_of("triggers.sql", "create trigger set_thing before insert on public.things"
                                    " for each row execute function rigger.t();"),
    };
    struct sql_file changed[COUNT_OF(files)];

    memcpy(changed, files, sizeof(files));
    changed[1] =
        sql_file_of("functions/t.sql", "create function rigger.t() returns trigger language plpgsql as"
                                       " $$ begin new.thing := 'second'; return new; end $$;");
    migrate_fixture_run(files, 3);
    migrate_fixture_run(changed, 3);
    postgres_expect(MIGRATE_DATABASE, "insert into public.things default values returning thing", "second");
}
END_TEST

START_TEST(members_of_an_extension_are_left_alone)
{
    const struct sql_file files[] = { sql_file_of("migrations/0001_extension.sql",
                                                  "create extension tablefunc schema rigger;") };

    migrate_fixture_run(files, 1);
    postgres_expect(MIGRATE_DATABASE, "select count(*) from rigger.normal_rand(3, 0, 1)", "3");
}
END_TEST

START_TEST(what_an_administrator_built_is_not_dropped)
{
    const struct sql_file before[] = { sql_file_of(FUNCTION), sql_file_of(VIEW) };
    const struct sql_file after[] = { sql_file_of(VIEW), sql_file_of(FUNCTION) };

    migrate_fixture_run(before, 2);
    postgres_execute(MIGRATE_DATABASE, "create view public.theirs as select * from rigger.v");
    migrate_fixture_fail(after, 2, "made anew: view public.theirs\n  nothing was made or changed");
    postgres_expect(MIGRATE_DATABASE, "select f from public.theirs", "1");
    migrate_fixture_expect_version(before, 2);
}
END_TEST

START_TEST(nothing_of_a_failed_migration_remains)
{
    const struct sql_file files[] = {
        sql_file_of(TABLE),
        sql_file_of("migrations/0002_broken.sql",
                    "-- é\ncreate table public.others ();\n\nselect nothing;\n"),
        sql_file_of(FUNCTION),
    };

    migrate_fixture_fail(
        files, 3, "migrations/0002_broken.sql:4: column \"nothing\" does not exist (SQLSTATE 42703)\n");
    postgres_expect(MIGRATE_DATABASE, "select to_regclass('public.things')", "things");
    postgres_expect(MIGRATE_DATABASE, "select to_regclass('public.others')", "");
    postgres_expect(MIGRATE_DATABASE, "select string_agg(path, ' ') from rigger.migrations",
                    "migrations/0001_table.sql");
    postgres_expect(MIGRATE_DATABASE, "select to_regproc('rigger.f')", "");
    postgres_expect(MIGRATE_DATABASE, "select count(*) from rigger.schema_version", "0");
}
END_TEST

START_TEST(nothing_of_a_failed_function_remains)
{
    const struct sql_file before[] = { sql_file_of(FUNCTION), sql_file_of(VIEW) };
    const struct sql_file after[] = {
        sql_file_of("functions/f.sql", "create function rigger.f() returns int language sql as 'select 2';"),
        sql_file_of("views/v.sql",
                    "do $$ begin raise 'broken' using detail = 'more', hint = 'mend it'; end $$;"),
    };

    migrate_fixture_run(before, 2);
    migrate_fixture_fail(
        after, 2, "views/v.sql: broken (SQLSTATE P0001)\n  detail: more\n  hint: mend it\n  context: ");
    postgres_expect(MIGRATE_DATABASE, "select f from rigger.v", "1");
    migrate_fixture_expect_version(before, 2);
}
END_TEST

START_TEST(a_file_may_not_end_the_transaction)
{
    const struct sql_file files[] = { sql_file_of("functions/f.sql", "commit;") };

    migrate_fixture_fail(files, 1, "functions/f.sql: ends its transaction");
    postgres_expect(MIGRATE_DATABASE, "select count(*) from rigger.schema_version", "0");
}
END_TEST

START_TEST(what_a_file_says_is_passed_on)
{
    const struct sql_file files[] = { sql_file_of("roles.sql",
                                                  "do $$ begin raise notice 'no role' using hint = 'make it';"
                                                  " end $$; create schema if not exists rigger;") };

    migrate_fixture_run(files, 1);
    ck_assert_ptr_nonnull(strstr(migrate_out, "notice: no role\n  hint: make it\n"));
    ck_assert_ptr_null(strstr(migrate_out, "already exists"));
}
END_TEST

/* A search_path, a lock time-out or a time limit of the account is not for us. */
START_TEST(settings_of_the_account_do_not_matter)
{
    const struct sql_file files[] = {
        sql_file_of(TABLE),
        sql_file_of("functions/f.sql",
                    "do $$ begin if current_setting('search_path') <> 'pg_catalog, pg_temp'"
                    " or current_setting('statement_timeout') <> '0' then raise 'settings'; end if;"
                    " end $$;"),
    };

    postgres_execute(MIGRATE_DATABASE, "alter database " MIGRATE_DATABASE " set search_path = nowhere");
    postgres_execute(MIGRATE_DATABASE, "alter database " MIGRATE_DATABASE " set statement_timeout = '1min'");
    postgres_execute(MIGRATE_DATABASE,
                     "alter database " MIGRATE_DATABASE " set default_transaction_isolation = serializable");
    migrate_fixture_run(files, 2);
}
END_TEST

START_TEST(a_database_that_cannot_be_reached_is_said)
{
    const struct sql_file files[] = { sql_file_of(TABLE) };

    postgres_dsn(migrate_dsn, "nowhere", "password=geheim");
    migrate_fixture_fail(files, 1, "database \"nowhere\" does not exist");
    ck_assert_ptr_null(strstr(migrate_err, "geheim"));
}
END_TEST

Suite *migrate_suite(void)
{
    Suite *suite = suite_create("db/migrate");
    TCase *tests = tcase_create("migrate");

    tcase_add_unchecked_fixture(tests, postgres_set_up, postgres_tear_down);
    tcase_add_checked_fixture(tests, migrate_fixture_set_up, migrate_fixture_forget);
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
    suite_add_tcase(suite, tests);
    return suite;
}
