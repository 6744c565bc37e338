/* db/connection, session, dial and rows: what a caller sees of a database that answers, refuses, hangs and
 * goes away. */
#include "db/connection.h"

#include "db/statements.h"
#include "postgres.h"

#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

Suite *connection_suite(void);

#define DATABASE    "calls"
#define ARENA_BYTES ((size_t)1 << 20)
#define LONG_MS     60000 /* a budget that only a failing test uses up */

static struct config config;
static struct db *db;
static struct arena *arena;
static struct db_rows rows;
static char dsn[POSTGRES_DSN_BYTES], log_path[96], log_text[65536];

static const struct statement one = { .name = "one", .text = "select 1 as n", .columns = "n" };

static void make_database(void)
{
    postgres_set_up();
    postgres_create_database(DATABASE);
    postgres_execute(DATABASE, "create sequence turns;"
                               " create table things (thing text unique deferrable initially deferred)");
    /* Fails with a SQLSTATE in its first turns; sequences are not rolled back. */
    postgres_execute(DATABASE,
                     "create function fail(p_turns int, p_state text) returns bigint language plpgsql as $$"
                     " declare v bigint := nextval('public.turns');"
                     " begin"
                     "   if v <= p_turns then"
                     "     raise exception 'turn %', v using errcode = p_state, detail = 'geheim';"
                     "   end if;"
                     "   return v;"
                     " end $$");
    postgres_execute(DATABASE, "create function die(p_turns int) returns bigint language plpgsql as $$"
                               " declare v bigint := nextval('public.turns');"
                               " begin"
                               "   if v <= p_turns then"
                               "     perform pg_terminate_backend(pg_backend_pid()), pg_sleep(60);"
                               "   end if;"
                               "   return v;"
                               " end $$");
}

/* What is logged from here on can be read with logged(). */
static void set_up(void)
{
    int file;

    snprintf(log_path, sizeof(log_path), "%s/stderr", postgres_directory);
    file = open(log_path, O_CREAT | O_TRUNC | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(file, 0);
    ck_assert_int_ge(dup2(file, STDERR_FILENO), 0);
    close(file);
    postgres_dsn(dsn, DATABASE, "");
    config.database.dsn = dsn;
    config.database.connect_timeout_s = 20;
    config.database.statement_timeout_ms = 20000;
    config.database.lock_timeout_ms = 10000;
    config.database.prepared_statements = true;
    arena = arena_create(ARENA_BYTES);
    db = db_create(&config);
    ck_assert_ptr_nonnull(db);
    postgres_execute(DATABASE, "alter sequence turns restart; truncate things");
}

static void tear_down(void)
{
    db_free(db);
    arena_free(arena);
}

static bool logged(const char *text)
{
    FILE *file = fopen(log_path, "re");
    size_t length;

    ck_assert_ptr_nonnull(file);
    length = fread(log_text, 1, sizeof(log_text) - 1, file);
    log_text[length] = '\0';
    fclose(file);
    return strstr(log_text, text) != NULL;
}

/* For settings other than the common ones. */
static void renew(void)
{
    db_free(db);
    db = db_create(&config);
    ck_assert_ptr_nonnull(db);
}

static enum status call(const struct statement *statement, const char *first, const char *second)
{
    const char *const parameters[] = { first, second };

    return db_call(db, arena, statement, parameters, &rows);
}

static const struct statement fail = {
    .name = "fail",
    .text = "select public.fail($1::int, $2::text) as turn",
    .parameter_count = 2,
    .columns = "turn",
};

static const struct statement die = {
    .name = "die",
    .text = "select public.die($1::int) as turn",
    .parameter_count = 1,
    .columns = "turn",
};

START_TEST(rows_are_read_by_name_and_type)
{
    static const struct statement typed = {
        .name = "typed",
        .text =
            "select 'é' as name, -9223372036854775808 as low, $1::bytea as bytes, true as yes, false as no,"
            " $2::int as nothing from generate_series(1, 2)",
        .parameter_count = 2,
        .columns = "name low bytes yes no nothing",
    };

    config.database.prepared_statements = _i == 0;
    renew();
    for (int turn = 0; turn < 3; turn++) {
        ck_assert_int_eq(call(&typed, "\\x00ff", NULL), STATUS_OK);
        ck_assert_int_eq(rows.count, 2);
        ck_assert_str_eq(db_text(&rows, 1, "name"), "é");
        ck_assert_int_eq(db_integer(&rows, 1, "low"), INT64_MIN);
        ck_assert_str_eq(db_text(&rows, 0, "bytes"), "\\x00ff");
        ck_assert(db_boolean(&rows, 0, "yes"));
        ck_assert(!db_boolean(&rows, 0, "no"));
        ck_assert(!db_is_null(&rows, 0, "no"));
        ck_assert(db_is_null(&rows, 0, "nothing"));
        ck_assert_ptr_null(db_text(&rows, 0, "nothing"));
        ck_assert_int_eq(db_integer(&rows, 0, "nothing"), 0);
        ck_assert(!db_boolean(&rows, 0, "nothing"));
        arena_reset(arena);
    }
    ck_assert_ptr_null(db_last_sqlstate(db));
}
END_TEST

START_TEST(an_undeclared_column_ends_the_process)
{
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    db_text(&rows, 0, "m");
}
END_TEST

START_TEST(a_row_that_is_not_there_ends_the_process)
{
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    db_text(&rows, 1, "n");
}
END_TEST

START_TEST(text_that_is_no_integer_ends_the_process)
{
    static const struct statement word = { .name = "word", .text = "select '1x' as n", .columns = "n" };

    ck_assert_int_eq(call(&word, NULL, NULL), STATUS_OK);
    db_integer(&rows, 0, "n");
}
END_TEST

/* The limits stand, in the start-up packet or by a statement. */
START_TEST(a_session_has_its_limits)
{
    static const struct statement settings = {
        .name = "settings",
        .text = "select concat_ws(' ', current_setting('statement_timeout'), current_setting('lock_timeout'),"
                " current_setting('idle_in_transaction_session_timeout'), current_setting('TimeZone'),"
                " current_setting('search_path'), current_setting('client_encoding'),"
                " current_setting('application_name')) as settings",
        .columns = "settings",
    };

    config.database.prepared_statements = _i == 0;
    renew();
    ck_assert_int_eq(call(&settings, NULL, NULL), STATUS_OK);
    ck_assert_str_eq(db_text(&rows, 0, "settings"), "20s 10s 20s UTC pg_catalog UTF8 rigger");
}
END_TEST

START_TEST(options_of_the_dsn_are_kept_and_ours_win)
{
    static const struct statement settings = {
        .name = "settings",
        .text = "select current_setting('work_mem') || ' ' || current_setting('lock_timeout') as settings",
        .columns = "settings",
    };

    postgres_dsn(dsn, DATABASE, "options='-c work_mem=1MB -c lock_timeout=1'");
    ck_assert_int_eq(call(&settings, NULL, NULL), STATUS_OK);
    ck_assert_str_eq(db_text(&rows, 0, "settings"), "1MB 10s");
}
END_TEST

START_TEST(a_tool_connects_by_dsn_alone)
{
    db_free(db);
    db = db_create_for_dsn(dsn);
    ck_assert_ptr_nonnull(db);
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
}
END_TEST

START_TEST(statements_beyond_what_is_remembered_work)
{
    static char names[100][8];
    struct statement statements[100];

    for (int turn = 0; turn < 2; turn++) {
        for (int i = 0; i < 100; i++) {
            snprintf(names[i], sizeof(names[i]), "s%d", i);
            statements[i] = one;
            statements[i].name = names[i];
            ck_assert_int_eq(call(&statements[i], NULL, NULL), STATUS_OK);
        }
    }
}
END_TEST

START_TEST(another_shape_is_a_fault_each_time)
{
    static const char *const columns[] = { "m", "n m", "", "nn" };
    struct statement wrong = one;

    wrong.columns = columns[_i];
    ck_assert_int_eq(call(&wrong, NULL, NULL), STATUS_FAULT);
    ck_assert_int_eq(call(&wrong, NULL, NULL), STATUS_FAULT);
    ck_assert(logged("run rigger migrate"));
}
END_TEST

START_TEST(what_is_missing_from_the_schema_is_a_fault_that_says_so)
{
    static const char *const texts[] = { "select n from nowhere.f() as n", "select nowhere() as n",
                                         "select n from nowhere", "select nothing as n" };
    struct statement missing = one;

    missing.text = texts[_i];
    ck_assert_int_eq(call(&missing, NULL, NULL), STATUS_FAULT);
    ck_assert(logged("run rigger migrate"));
}
END_TEST

START_TEST(a_fault_is_logged_without_what_was_sent)
{
    static const struct statement cast = {
        .name = "cast",
        .text = "select $1::text::int as n",
        .parameter_count = 1,
        .columns = "n",
    };

    ck_assert_int_eq(call(&cast, "geheim", NULL), STATUS_FAULT);
    ck_assert_str_eq(db_last_sqlstate(db), "22P02");
    ck_assert(logged("cast"));
    ck_assert(logged("22P02"));
    ck_assert(!logged("geheim"));
    ck_assert_int_eq(call(&fail, "1", "P0001"), STATUS_FAULT);
    ck_assert(logged("turn 1"));
    ck_assert(!logged("geheim"));
    db_forget_usage(db);
    ck_assert_ptr_null(db_last_sqlstate(db));
    ck_assert_int_eq(db_used_us(db), 0);
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    ck_assert_int_gt(db_used_us(db), 0);
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

    ck_assert_int_eq(call(&insert, "geheim", NULL), STATUS_FAULT);
    ck_assert_str_eq(db_last_sqlstate(db), "23505");
    ck_assert(!logged("geheim"));
    postgres_expect(DATABASE, "select count(*) from things", "0");
}
END_TEST

START_TEST(conflicts_are_repeated_three_times)
{
    static const char *const states[] = { "40001", "40P01" };

    ck_assert_int_eq(call(&fail, "3", states[_i]), STATUS_OK);
    ck_assert_int_eq(db_integer(&rows, 0, "turn"), 4);
    ck_assert_int_eq(call(&fail, "100", states[_i]), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(db), states[_i]);
    postgres_expect(DATABASE, "select last_value from turns", "8");
}
END_TEST

START_TEST(a_server_that_is_no_good_is_tried_once_more)
{
    static const char *const states[] = { "25006", "53100", "57P01", "57P03", "08006" };

    ck_assert_int_eq(call(&fail, "1", states[_i]), STATUS_OK);
    ck_assert_int_eq(db_integer(&rows, 0, "turn"), 2);
    ck_assert_int_eq(call(&fail, "100", states[_i]), STATUS_UNAVAILABLE);
    postgres_expect(DATABASE, "select last_value from turns", "4");
}
END_TEST

START_TEST(what_is_stale_is_tried_once_more)
{
    ck_assert_int_eq(call(&fail, "1", "XX000"), STATUS_OK);
    ck_assert_int_eq(call(&fail, "100", "XX000"), STATUS_FAULT);
    postgres_expect(DATABASE, "select last_value from turns", "4");
}
END_TEST

START_TEST(what_takes_too_long_is_not_tried_again)
{
    static const char *const states[] = { "55P03", "57014" };

    ck_assert_int_eq(call(&fail, "1", states[_i]), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(db), states[_i]);
    postgres_expect(DATABASE, "select last_value from turns", "1");
}
END_TEST

START_TEST(the_server_ends_a_long_statement)
{
    static const struct statement sleep = { .name = "sleep",
                                            .text = "select pg_sleep(60)::text as slept",
                                            .columns = "slept" };

    config.database.statement_timeout_ms = 50;
    renew();
    ck_assert_int_eq(call(&sleep, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(db), "57014");
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
}
END_TEST

START_TEST(a_changed_result_type_is_prepared_anew)
{
    static const struct statement read = { .name = "read",
                                           .text = "select thing from public.changing",
                                           .columns = "thing" };

    postgres_execute(DATABASE, "create table changing as select 1 as thing");
    ck_assert_int_eq(call(&read, NULL, NULL), STATUS_OK);
    postgres_execute(DATABASE, "alter table changing alter thing type text");
    ck_assert_int_eq(call(&read, NULL, NULL), STATUS_OK);
    ck_assert_str_eq(db_text(&rows, 0, "thing"), "1");
    postgres_execute(DATABASE, "drop table changing");
}
END_TEST

START_TEST(a_forgotten_statement_is_prepared_anew)
{
    static const struct statement forget = { .name = "forget", .text = "deallocate all", .columns = "" };

    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(call(&forget, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
}
END_TEST

/* The first use prepares; a failure in between must not leave it prepared and unknown. */
START_TEST(a_statement_that_failed_at_first_is_used_again)
{
    ck_assert_int_eq(call(&fail, "1", "P0001"), STATUS_FAULT);
    ck_assert_int_eq(call(&fail, "1", "P0001"), STATUS_OK);
    ck_assert(!logged("42P05"));
}
END_TEST

START_TEST(an_idle_connection_that_was_closed_goes_unnoticed)
{
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    postgres_execute(
        DATABASE,
        "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'rigger'");
    ck_assert_int_eq(call(&die, "1", NULL), STATUS_OK); /* which needs the one re-send for itself */
    ck_assert_int_eq(db_integer(&rows, 0, "turn"), 2);
}
END_TEST

START_TEST(a_connection_lost_in_a_call_is_tried_once_more)
{
    ck_assert_int_eq(call(&die, "1", NULL), STATUS_OK);
    ck_assert_int_eq(db_integer(&rows, 0, "turn"), 2);
    ck_assert_int_eq(call(&die, "100", NULL), STATUS_UNAVAILABLE);
    postgres_expect(DATABASE, "select last_value from turns", "4");
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
}
END_TEST

/* SIGSTOP: the server is there, takes the query and never answers. */
START_TEST(a_server_that_hangs_is_left)
{
    char *pid;

    config.database.statement_timeout_ms = 100;
    renew();
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    pid = postgres_value(DATABASE, "select pid from pg_stat_activity where application_name = 'rigger'");
    ck_assert_int_eq(kill((pid_t)strtol(pid, NULL, 10), SIGSTOP), 0);
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(db), "08006");
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(kill((pid_t)strtol(pid, NULL, 10), SIGCONT), 0);
    free(pid);
}
END_TEST

START_TEST(a_database_that_comes_back_is_used_again)
{
    static const char *const modes[] = { "fast", "immediate" };

    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    postgres_stop(modes[_i]);
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(db), "08001");
    ck_assert_int_eq(db_call_patiently(db, arena, &one, NULL, &rows, 1), STATUS_UNAVAILABLE);
    ck_assert(logged("cannot connect"));
    postgres_start();
    ck_assert_int_eq(db_call_patiently(db, arena, &one, NULL, &rows, LONG_MS), STATUS_OK);
    ck_assert(logged("connected again"));
}
END_TEST

START_TEST(patience_is_for_what_is_unavailable_only)
{
    const char *const parameters[] = { "100", "P0001" };

    ck_assert_int_eq(db_call_patiently(db, arena, &fail, parameters, &rows, LONG_MS), STATUS_FAULT);
    postgres_expect(DATABASE, "select last_value from turns", "1");
}
END_TEST

START_TEST(a_failed_connection_is_logged_without_the_password)
{
    if (_i == 0)
        postgres_dsn(dsn, "nowhere", "password=geheim");
    else
        snprintf(dsn, sizeof(dsn), "no connection string geheim");
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert(logged("cannot connect"));
    ck_assert(!logged("geheim"));
}
END_TEST

/* A server of that name that takes connections and says nothing. */
static int listen_silently(const char *directory)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(mkdir(directory, 0755), 0);
    snprintf(address.sun_path, sizeof(address.sun_path), "%s/.s.PGSQL.5432", directory);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    return listener;
}

START_TEST(a_host_that_is_silent_is_passed_over)
{
    char silent[80];
    int listener;

    snprintf(silent, sizeof(silent), "%s/silent", postgres_directory);
    listener = listen_silently(silent);
    snprintf(dsn, sizeof(dsn), "host=%s,%s port=5432,5432 user=rigger dbname=" DATABASE, silent,
             postgres_sockets);
    config.database.connect_timeout_s = 2;
    renew();
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
    close(listener);
}
END_TEST

START_TEST(a_host_that_is_not_there_is_passed_over)
{
    snprintf(dsn, sizeof(dsn), "postgresql://rigger@/" DATABASE "?host=/nowhere,%s", postgres_sockets);
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_OK);
}
END_TEST

START_TEST(only_a_server_that_takes_writes_will_do)
{
    postgres_execute("postgres", "create database readonly");
    postgres_execute("postgres", "alter database readonly set default_transaction_read_only = on");
    postgres_dsn(dsn, "readonly", "target_session_attrs=read-write");
    ck_assert_int_eq(call(&one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert(logged("read-only"));
    postgres_execute("postgres", "drop database readonly");
}
END_TEST

Suite *connection_suite(void)
{
    Suite *suite = suite_create("db/connection");
    TCase *tests = tcase_create("connection");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, make_database, postgres_tear_down);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, rows_are_read_by_name_and_type, 0, 2);
    tcase_add_test_raise_signal(tests, an_undeclared_column_ends_the_process, SIGABRT);
    tcase_add_test_raise_signal(tests, a_row_that_is_not_there_ends_the_process, SIGABRT);
    tcase_add_test_raise_signal(tests, text_that_is_no_integer_ends_the_process, SIGABRT);
    tcase_add_loop_test(tests, a_session_has_its_limits, 0, 2);
    tcase_add_test(tests, options_of_the_dsn_are_kept_and_ours_win);
    tcase_add_test(tests, a_tool_connects_by_dsn_alone);
    tcase_add_test(tests, statements_beyond_what_is_remembered_work);
    tcase_add_loop_test(tests, another_shape_is_a_fault_each_time, 0, 4);
    tcase_add_loop_test(tests, what_is_missing_from_the_schema_is_a_fault_that_says_so, 0, 4);
    tcase_add_test(tests, a_fault_is_logged_without_what_was_sent);
    tcase_add_test(tests, a_commit_that_fails_is_no_success);
    tcase_add_loop_test(tests, conflicts_are_repeated_three_times, 0, 2);
    tcase_add_loop_test(tests, a_server_that_is_no_good_is_tried_once_more, 0, 5);
    tcase_add_test(tests, what_is_stale_is_tried_once_more);
    tcase_add_loop_test(tests, what_takes_too_long_is_not_tried_again, 0, 2);
    tcase_add_test(tests, the_server_ends_a_long_statement);
    tcase_add_test(tests, a_changed_result_type_is_prepared_anew);
    tcase_add_test(tests, a_forgotten_statement_is_prepared_anew);
    tcase_add_test(tests, a_statement_that_failed_at_first_is_used_again);
    tcase_add_test(tests, an_idle_connection_that_was_closed_goes_unnoticed);
    tcase_add_test(tests, a_connection_lost_in_a_call_is_tried_once_more);
    tcase_add_test(tests, a_server_that_hangs_is_left);
    tcase_add_loop_test(tests, a_database_that_comes_back_is_used_again, 0, 2);
    tcase_add_test(tests, patience_is_for_what_is_unavailable_only);
    tcase_add_loop_test(tests, a_failed_connection_is_logged_without_the_password, 0, 2);
    tcase_add_test(tests, a_host_that_is_silent_is_passed_over);
    tcase_add_test(tests, a_host_that_is_not_there_is_passed_over);
    tcase_add_test(tests, only_a_server_that_takes_writes_will_do);
    suite_add_tcase(suite, tests);
    return suite;
}
