/* db/connection, session and rows: what a caller sees of a database that answers or refuses. */
#include "check/connection_fixture.h"

#include <check.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Suite *connection_suite(void);

START_TEST(rows_are_read_by_number_and_type)
{
    static const struct statement typed = {
        .name = "typed",
        .text =
            "select 'é' as name, -9223372036854775808 as low, $1::bytea as bytes, true as yes, false as no,"
            " $2::int as nothing from generate_series(1, 2)",
        .parameter_count = 2,
        .columns = "name low bytes yes no nothing",
    };

    calls.config.database.prepared_statements = _i == 0;
    calls_renew();
    for (int turn = 0; turn < 3; turn++) {
        ck_assert_int_eq(calls_make(&typed, "\\x00ff", NULL), STATUS_OK);
        ck_assert_int_eq(calls.rows.count, 2);
        ck_assert_str_eq(rows_text(&calls.rows, 1, 0), "é");
        ck_assert_int_eq(rows_integer(&calls.rows, 1, 1).value, INT64_MIN);
        ck_assert(rows_integer(&calls.rows, 1, 1).present);
        ck_assert_str_eq(rows_text(&calls.rows, 0, 2), "\\x00ff");
        ck_assert(rows_boolean(&calls.rows, 0, 3).value);
        ck_assert(!rows_boolean(&calls.rows, 0, 4).value);
        ck_assert(rows_boolean(&calls.rows, 0, 4).present);
        ck_assert(!rows_integer(&calls.rows, 0, 5).present);
        ck_assert_ptr_null(rows_text(&calls.rows, 0, 5));
        ck_assert_int_eq(rows_integer(&calls.rows, 0, 5).value, 0);
        ck_assert(!rows_boolean(&calls.rows, 0, 5).present);
        ck_assert(!rows_boolean(&calls.rows, 0, 5).value);
        ck_assert_int_eq(rows_columns(&calls.rows), 6);
        for (int i = 0; i < 6; i++)
            ck_assert_int_eq(rows_column_kind(&calls.rows, i), "titbbi"[i]);
        ck_assert_str_eq(rows_column_name(&calls.rows, 5), "nothing");
        arena_reset(calls.arena);
    }
    ck_assert_ptr_null(db_last_sqlstate(calls.db));
}
END_TEST

START_TEST(a_column_that_is_not_there_ends_the_process)
{
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    rows_text(&calls.rows, 0, 1);
}
END_TEST

START_TEST(a_row_that_is_not_there_ends_the_process)
{
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    rows_text(&calls.rows, 1, 0);
}
END_TEST

START_TEST(text_that_is_no_integer_ends_the_process)
{
    static const struct statement word = { .name = "word", .text = "select '1x' as n", .columns = "n" };

    ck_assert_int_eq(calls_make(&word, NULL, NULL), STATUS_OK);
    rows_integer(&calls.rows, 0, 0);
}
END_TEST

START_TEST(text_that_is_no_boolean_ends_the_process)
{
    static const struct statement word = { .name = "word", .text = "select 'true' as n", .columns = "n" };

    ck_assert_int_eq(calls_make(&word, NULL, NULL), STATUS_OK);
    rows_boolean(&calls.rows, 0, 0);
}
END_TEST

/* What C would read as a number or a boolean and is none is found before any of it is read. */
START_TEST(another_type_is_an_error_each_time)
{
    static const char *const kinds[] = { "b", "i", "i" }, *const texts[] = { "1", "'1'::text", "true" };
    static const struct statement right = {
        .name = "right",
        .text = "select 1 as n, 2::bigint as m, true as t, '1'::text as w, 3 as v, '[]'::json as j",
        .columns = "n m t w v j",
        .kinds = "iibttt",
    };
    char text[64];
    struct statement wrong = { .name = "wrong", .text = text, .columns = "n", .kinds = kinds[_i] };

    ck_assert_int_eq(calls_make(&right, NULL, NULL), STATUS_OK);
    snprintf(text, sizeof(text), "select %s as n", texts[_i]);
    ck_assert_int_eq(calls_make(&wrong, NULL, NULL), STATUS_ERROR);
    ck_assert_int_eq(calls_make(&wrong, NULL, NULL), STATUS_ERROR);
    ck_assert(calls_logged("run rigger migrate"));
}
END_TEST

START_TEST(a_ping_asks_for_nothing)
{
    ck_assert_int_eq(db_ping(calls.db, calls.arena), STATUS_OK);
    ck_assert_int_gt(db_used_us(calls.db), 0);
    postgres_dsn(calls.dsn, "nowhere", "");
    calls_renew();
    ck_assert_int_eq(db_ping(calls.db, calls.arena), STATUS_UNAVAILABLE);
}
END_TEST

/* What outlives a transaction is the login role's and the DSN's: a pooler's next client inherits it. Nothing
 * but what a pooler keeps apart for each client is said at the start. */
START_TEST(nothing_is_set_on_a_connection)
{
    static const struct statement settings = {
        .name = "settings",
        .text = "select string_agg(s.name || '=' || s.setting, ' ' order by s.name collate \"C\") as settings"
                " from pg_settings s where s.source in ('client', 'session')",
        .columns = "settings",
    };

    calls.config.database.prepared_statements = _i == 0;
    postgres_dsn(calls.dsn, CALLS_DATABASE, "options='-c work_mem=1MB'");
    calls_renew();
    ck_assert_int_eq(calls_make(&settings, NULL, NULL), STATUS_OK);
    ck_assert_str_eq(
        rows_text(&calls.rows, 0, 0),
        "DateStyle=ISO, MDY TimeZone=UTC application_name=rigger client_encoding=UTF8 work_mem=1024");
    if (_i > 0)
        return;
    db_free(calls.db);
    calls.db = db_create_for_dsn(calls.dsn);
    ck_assert_int_eq(calls_make(&settings, NULL, NULL), STATUS_OK);
    ck_assert_str_eq(
        rows_text(&calls.rows, 0, 0),
        "DateStyle=ISO, MDY TimeZone=UTC application_name=rigger client_encoding=UTF8 work_mem=1024");
}
END_TEST

START_TEST(a_tool_connects_by_dsn_alone)
{
    db_free(calls.db);
    calls.db = db_create_for_dsn(calls.dsn);
    ck_assert_ptr_nonnull(calls.db);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
}
END_TEST

START_TEST(statements_beyond_what_is_remembered_work)
{
    static char names[100][16];
    struct statement statements[100];

    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 100; i++) {
            snprintf(names[i], sizeof(names[i]), "s%d", i);
            statements[i] = calls_one;
            statements[i].name = names[i];
            ck_assert_int_eq(calls_make(&statements[i], NULL, NULL), STATUS_OK);
        }
    }
}
END_TEST

START_TEST(another_shape_is_an_error_each_time)
{
    static const char *const columns[] = { "m", "n m", "", "nn" };
    struct statement wrong = calls_one;

    wrong.columns = columns[_i];
    ck_assert_int_eq(calls_make(&wrong, NULL, NULL), STATUS_ERROR);
    ck_assert_int_eq(calls_make(&wrong, NULL, NULL), STATUS_ERROR);
    ck_assert(calls_logged("run rigger migrate"));
}
END_TEST

START_TEST(what_is_missing_from_the_schema_is_an_error_that_says_so)
{
    static const char *const texts[] = { "select n from nowhere.f() as n", "select nowhere() as n",
                                         "select n from nowhere", "select nothing as n" };
    struct statement missing = calls_one;

    missing.text = texts[_i];
    ck_assert_int_eq(calls_make(&missing, NULL, NULL), STATUS_ERROR);
    ck_assert(calls_logged("run rigger migrate"));
}
END_TEST

START_TEST(an_error_is_logged_without_what_was_sent)
{
    static const struct statement cast = {
        .name = "cast",
        .text = "select $1::text::int as n",
        .parameter_count = 1,
        .columns = "n",
    };

    ck_assert_int_eq(calls_make(&cast, "geheim", NULL), STATUS_ERROR);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "22P02");
    ck_assert(calls_logged("cast"));
    ck_assert(calls_logged("22P02"));
    ck_assert(!calls_logged("geheim"));
    ck_assert_int_eq(calls_make(&calls_fail, "1", "P0001"), STATUS_ERROR);
    ck_assert(calls_logged("turn 1"));
    ck_assert(!calls_logged("geheim"));
    db_forget_usage(calls.db);
    ck_assert_ptr_null(db_last_sqlstate(calls.db));
    ck_assert_int_eq(db_used_us(calls.db), 0);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert_int_gt(db_used_us(calls.db), 0);
}
END_TEST

/* Its rows were there already when the commit failed. */
START_TEST(a_commit_that_fails_is_no_success)
{
    static const struct statement insert = {
        .name = "insert",
        .text = "insert into public.things values ($1::text), ($1::text) returning thing",
        .parameter_count = 1,
        .columns = "thing",
    };

    ck_assert_int_eq(calls_make(&insert, "geheim", NULL), STATUS_ERROR);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "23505");
    ck_assert(!calls_logged("geheim"));
    postgres_expect(CALLS_DATABASE, "select count(*) from things", "0");
}
END_TEST

START_TEST(a_changed_result_type_is_prepared_anew)
{
    static const struct statement read = { .name = "read",
                                           .text = "select thing from public.changing",
                                           .columns = "thing" };

    postgres_execute(CALLS_DATABASE, "create table changing as select 1 as thing");
    ck_assert_int_eq(calls_make(&read, NULL, NULL), STATUS_OK);
    postgres_execute(CALLS_DATABASE, "alter table changing alter thing type text");
    ck_assert_int_eq(calls_make(&read, NULL, NULL), STATUS_OK);
    ck_assert_str_eq(rows_text(&calls.rows, 0, 0), "1");
    postgres_execute(CALLS_DATABASE, "drop table changing");
}
END_TEST

/* As behind a pooler, where the next transaction is on a connection that has not what the last one prepared.
 */
START_TEST(a_prepared_statement_that_is_not_there_is_sent_unprepared_from_then_on)
{
    static const struct statement forget = { .name = "forget", .text = "deallocate all", .columns = "" };
    static const struct statement prepared = { .name = "prepared",
                                               .text = "select count(*) as n from pg_prepared_statements",
                                               .columns = "n" };

    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(calls_make(&forget, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert(calls_logged("26000"));
    ck_assert_int_eq(calls_make(&prepared, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 0);
}
END_TEST

/* As behind a pooler, where another process of ours has prepared it on this connection. */
START_TEST(a_prepared_statement_that_is_there_already_is_sent_unprepared_from_then_on)
{
    static const struct statement name = { .name = "name",
                                           .text = "select name as name from pg_prepared_statements"
                                                   " where statement = 'select 1 as n'",
                                           .columns = "name" };
    static const struct statement other = { .name = "other", .text = "select 2 as n", .columns = "n" };
    char take[160];
    struct statement taken = { .name = "taken", .text = take, .columns = "" };
    char *known;

    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(calls_make(&name, NULL, NULL), STATUS_OK);
    known = strdup(rows_text(&calls.rows, 0, 0));
    calls_renew();
    snprintf(take, sizeof(take), "prepare %s as select 1 as n", known);
    free(known);
    ck_assert_int_eq(calls_make(&taken, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 1);
    ck_assert(calls_logged("42P05"));
    ck_assert_int_eq(calls_make(&other, NULL, NULL), STATUS_OK);
}
END_TEST

/* Behind a pooler the stale one is on the new connection too. */
START_TEST(a_plan_that_stays_stale_is_done_without)
{
    ck_assert_int_eq(calls_make(&calls_fail, "2", "0A000"), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 3);
    ck_assert_int_eq(calls_make(&calls_fail, "100", "0A000"), STATUS_ERROR);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "5");
}
END_TEST

/* Two texts under one name of ours, as two releases would have them: each is its own statement. */
START_TEST(a_prepared_statement_is_known_by_its_text)
{
    struct statement other = calls_one;

    other.text = "select 2 as n";
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(calls_make(&other, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 2);
    ck_assert(!calls_logged("42P05"));
}
END_TEST

/* The first use prepares; a failure in between must not leave it prepared and unknown. */
START_TEST(a_statement_that_failed_at_first_is_used_again)
{
    ck_assert_int_eq(calls_make(&calls_fail, "1", "P0001"), STATUS_ERROR);
    ck_assert_int_eq(calls_make(&calls_fail, "1", "P0001"), STATUS_OK);
    ck_assert(!calls_logged("42P05"));
}
END_TEST

Suite *connection_suite(void)
{
    Suite *suite = suite_create("db/connection");
    TCase *tests = tcase_create("connection");

    tcase_add_unchecked_fixture(tests, calls_make_database, postgres_tear_down);
    tcase_add_checked_fixture(tests, calls_set_up, calls_tear_down);
    tcase_add_loop_test(tests, rows_are_read_by_number_and_type, 0, 2);
    tcase_add_test_raise_signal(tests, a_column_that_is_not_there_ends_the_process, SIGABRT);
    tcase_add_test_raise_signal(tests, a_row_that_is_not_there_ends_the_process, SIGABRT);
    tcase_add_test_raise_signal(tests, text_that_is_no_integer_ends_the_process, SIGABRT);
    tcase_add_test_raise_signal(tests, text_that_is_no_boolean_ends_the_process, SIGABRT);
    tcase_add_loop_test(tests, another_type_is_an_error_each_time, 0, 3);
    tcase_add_test(tests, a_ping_asks_for_nothing);
    tcase_add_loop_test(tests, nothing_is_set_on_a_connection, 0, 2);
    tcase_add_test(tests, a_tool_connects_by_dsn_alone);
    tcase_add_test(tests, statements_beyond_what_is_remembered_work);
    tcase_add_loop_test(tests, another_shape_is_an_error_each_time, 0, 4);
    tcase_add_loop_test(tests, what_is_missing_from_the_schema_is_an_error_that_says_so, 0, 4);
    tcase_add_test(tests, an_error_is_logged_without_what_was_sent);
    tcase_add_test(tests, a_commit_that_fails_is_no_success);
    tcase_add_test(tests, a_changed_result_type_is_prepared_anew);
    tcase_add_test(tests, a_prepared_statement_that_is_not_there_is_sent_unprepared_from_then_on);
    tcase_add_test(tests, a_prepared_statement_that_is_there_already_is_sent_unprepared_from_then_on);
    tcase_add_test(tests, a_plan_that_stays_stale_is_done_without);
    tcase_add_test(tests, a_prepared_statement_is_known_by_its_text);
    tcase_add_test(tests, a_statement_that_failed_at_first_is_used_again);
    suite_add_tcase(suite, tests);
    return suite;
}
