/* db/connection, session and dial: what a caller sees of a database that is busy, hangs, goes away and comes
 * back. */
#include "check/connection_fixture.h"
#include "check/postgres.h"
#include "core/clock.h"
#include "db/give_up.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

Suite *reconnection_suite(void);

#define LONG_MS 60000 /* a budget that only a failing test uses up */
#define SHORT_MS                                                                                             \
    3000 /* a budget that the test waits out, and within which a slow machine answers as well                \
          */

static const struct statement die = {
    .name = "die",
    .text = "select public.die($1::int) as turn",
    .parameter_count = 1,
    .columns = "turn",
};

START_TEST(conflicts_are_repeated_three_times)
{
    static const char *const states[] = { "40001", "40P01" };

    ck_assert_int_eq(calls_make(&calls_fail, "3", states[_i]), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 4);
    ck_assert_int_eq(calls_make(&calls_fail, "100", states[_i]), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), states[_i]);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "8");
}
END_TEST

START_TEST(a_server_that_is_no_good_is_tried_once_more)
{
    static const char *const states[] = { "25006", "53100", "57P01", "57P03", "08006" };

    ck_assert_int_eq(calls_make(&calls_fail, "1", states[_i]), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 2);
    ck_assert_int_eq(calls_make(&calls_fail, "100", states[_i]), STATUS_UNAVAILABLE);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "4");
}
END_TEST

START_TEST(what_is_stale_is_tried_once_more)
{
    ck_assert_int_eq(calls_make(&calls_fail, "1", "XX000"), STATUS_OK);
    ck_assert_int_eq(calls_make(&calls_fail, "100", "XX000"), STATUS_ERROR);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "4");
}
END_TEST

START_TEST(what_takes_too_long_is_not_tried_again)
{
    static const char *const states[] = { "55P03", "57014" };

    ck_assert_int_eq(calls_make(&calls_fail, "1", states[_i]), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), states[_i]);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "1");
}
END_TEST

START_TEST(the_server_ends_a_long_statement)
{
    static const struct statement sleep = { .name = "sleep",
                                            .text = "select pg_sleep(60)::text as slept",
                                            .columns = "slept" };

    calls.config.database.statement_timeout_ms = SHORT_MS;
    calls_renew();
    ck_assert_int_eq(calls_make(&sleep, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "57014");
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
}
END_TEST

static int64_t at_once(void)
{
    return 0;
}

START_TEST(a_process_that_has_to_end_cancels_what_it_waits_for)
{
    static const struct statement sleep = { .name = "sleep",
                                            .text = "select pg_sleep(600)::text as slept",
                                            .columns = "slept" };
    int64_t began_ms = clock_monotonic_ms();

    calls.config.database.statement_timeout_ms = 4 * (int64_t)SHORT_MS;
    calls_renew();
    give_up_register(at_once);
    db_be_patient(calls.db, LONG_MS);
    ck_assert_int_eq(calls_make(&sleep, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "57014");
    ck_assert_int_lt(clock_monotonic_ms() - began_ms,
                     4 * (int64_t)SHORT_MS);                         /* else it is the limit's doing */
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK); /* what does not wait is done */
}
END_TEST

START_TEST(an_idle_connection_that_was_closed_goes_unnoticed)
{
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    postgres_execute(
        CALLS_DATABASE,
        "select pg_terminate_backend(pid, 60000) from pg_stat_activity where application_name = 'rigger'");
    ck_assert_int_eq(calls_make(&die, "1", NULL), STATUS_OK); /* which needs the one re-send for itself */
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 2);
}
END_TEST

START_TEST(a_connection_lost_in_a_call_is_tried_once_more)
{
    ck_assert_int_eq(calls_make(&die, "1", NULL), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 2);
    ck_assert_int_eq(calls_make(&die, "100", NULL), STATUS_UNAVAILABLE);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "4");
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
}
END_TEST

static pid_t backend(void)
{
    char *text =
        postgres_value(CALLS_DATABASE, "select pid from pg_stat_activity where application_name = 'rigger'");
    pid_t pid = (pid_t)strtol(text, NULL, 10);

    free(text);
    return pid;
}

/* SIGSTOP: the server is there, takes the query and never answers. Nobody knows whether it will commit, so no
 * second one is asked beside it. */
START_TEST(while_a_statement_is_unresolved_there_is_one_backend)
{
    pid_t pid;

    calls.config.database.statement_timeout_ms = SHORT_MS;
    calls_renew();
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    pid = backend();
    ck_assert_int_eq(kill(pid, SIGSTOP), 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_UNAVAILABLE);
        ck_assert_str_eq(db_last_sqlstate(calls.db), "08006");
        db_rest(calls.db);
        postgres_expect(CALLS_DATABASE,
                        "select count(*) from pg_stat_activity where application_name = 'rigger'", "1");
    }
    ck_assert_int_eq(kill(pid, SIGCONT), 0);
    db_be_patient(calls.db, LONG_MS);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(backend(), pid);
}
END_TEST

/* The whole server is stopped, so that no cancellation reaches it: the connection is closed, and a server
 * that is awake again gets a new one. */
START_TEST(a_server_that_hangs_is_left)
{
    pid_t pid, master;
    char *text;

    calls.config.database.statement_timeout_ms = SHORT_MS;
    calls.config.database.connect_timeout_s = 1;
    calls_renew();
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    pid = backend();
    text = postgres_value(CALLS_DATABASE, "select split_part(pg_read_file('postmaster.pid'), chr(10), 1)");
    master = (pid_t)strtol(text, NULL, 10);
    free(text);
    ck_assert_int_eq(kill(master, SIGSTOP), 0);
    ck_assert_int_eq(kill(pid, SIGSTOP), 0);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "08001");
    ck_assert_int_eq(kill(master, SIGCONT), 0);
    db_be_patient(calls.db, LONG_MS);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert_int_eq(kill(pid, SIGCONT), 0);
}
END_TEST

/* No time-out of the server's: the client has it cancelled, and knows what became of it. */
START_TEST(a_statement_that_was_given_up_has_no_effect_later)
{
    static const struct statement slow = {
        .name = "slow",
        .text = "insert into public.things select 'late' from pg_sleep(60) returning thing",
        .columns = "thing",
    };

    calls.config.database.statement_timeout_ms = 200;
    calls_renew();
    ck_assert_int_eq(calls_make(&slow, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "57014");
    postgres_expect(
        CALLS_DATABASE,
        "select count(*) from pg_stat_activity where application_name = 'rigger' and state <> 'idle'", "0");
    postgres_expect(CALLS_DATABASE, "select count(*) from things", "0");
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
}
END_TEST

/* A standby that is away: PostgreSQL commits here, and says so by a warning when the wait is cancelled. */
static const struct statement commits = {
    .name = "commits",
    .text = "insert into public.things values ('here') returning thing",
    .columns = "thing",
};

START_TEST(a_commit_that_no_standby_confirmed_is_no_success)
{
    calls.config.database.statement_timeout_ms = 200;
    calls.config.database.prepared_statements = _i == 0;
    calls_renew();
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    postgres_name_standby("away");
    ck_assert_int_eq(calls_make(&commits, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "01000");
    ck_assert(calls_logged("no synchronous standby confirmed it"));
    postgres_expect(CALLS_DATABASE, "select count(*) from things", "1");
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    postgres_name_standby("");
    postgres_execute(CALLS_DATABASE, "truncate things");
    ck_assert_int_eq(calls_make(&commits, NULL, NULL), STATUS_OK);
}
END_TEST

START_TEST(a_database_that_comes_back_is_used_again)
{
    static const char *const modes[] = { "fast", "immediate" };

    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    postgres_stop(modes[_i]);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert_str_eq(db_last_sqlstate(calls.db), "08001");
    db_be_patient(calls.db, 1);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert(calls_logged("cannot connect"));
    postgres_start();
    db_be_patient(calls.db, LONG_MS);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    ck_assert(calls_logged("connected again"));
}
END_TEST

START_TEST(patience_is_for_what_is_unavailable_only)
{
    db_be_patient(calls.db, LONG_MS);
    ck_assert_int_eq(calls_make(&calls_fail, "100", "P0001"), STATUS_ERROR);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "1");
}
END_TEST

/* A server that is starting: the patient call takes two turns after two until one succeeds, the next call
 * two.
 */
START_TEST(patience_is_for_one_call)
{
    db_be_patient(calls.db, LONG_MS);
    ck_assert_int_eq(calls_make(&calls_fail, "4", "57P03"), STATUS_OK);
    ck_assert_int_eq(rows_integer(&calls.rows, 0, 0).value, 5);
    ck_assert_int_eq(calls_make(&calls_fail, "100", "57P03"), STATUS_UNAVAILABLE);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "7");
}
END_TEST

START_TEST(patience_is_not_for_a_lock_that_somebody_holds)
{
    db_be_patient(calls.db, LONG_MS);
    ck_assert_int_eq(calls_make(&calls_fail, "100", "55P03"), STATUS_UNAVAILABLE);
    postgres_expect(CALLS_DATABASE, "select last_value from turns", "1");
}
END_TEST

START_TEST(a_failed_connection_is_logged_without_the_password)
{
    if (_i == 0)
        postgres_dsn(calls.dsn, "nowhere", "password=geheim");
    else
        snprintf(calls.dsn, sizeof(calls.dsn), "no connection string geheim");
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert(calls_logged("cannot connect"));
    ck_assert(!calls_logged("geheim"));
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
    snprintf(calls.dsn, sizeof(calls.dsn), "host=%s,%s port=5432,5432 user=rigger dbname=" CALLS_DATABASE,
             silent, postgres_sockets);
    calls.config.database.connect_timeout_s = SHORT_MS / 1000;
    calls_renew();
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
    close(listener);
}
END_TEST

START_TEST(a_host_that_is_not_there_is_passed_over)
{
    snprintf(calls.dsn, sizeof(calls.dsn), "postgresql://rigger@/" CALLS_DATABASE "?host=/nowhere,%s",
             postgres_sockets);
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_OK);
}
END_TEST

START_TEST(only_a_server_that_takes_writes_will_do)
{
    postgres_execute("postgres", "create database readonly");
    postgres_execute("postgres", "alter database readonly set default_transaction_read_only = on");
    postgres_dsn(calls.dsn, "readonly", "target_session_attrs=read-write");
    ck_assert_int_eq(calls_make(&calls_one, NULL, NULL), STATUS_UNAVAILABLE);
    ck_assert(calls_logged("read-only"));
    postgres_execute("postgres", "drop database readonly");
}
END_TEST

Suite *reconnection_suite(void)
{
    Suite *suite = suite_create("db/reconnection");
    TCase *tests = tcase_create("reconnection");

    tcase_add_unchecked_fixture(tests, calls_make_database, postgres_tear_down);
    tcase_add_checked_fixture(tests, calls_set_up, calls_tear_down);
    tcase_add_loop_test(tests, conflicts_are_repeated_three_times, 0, 2);
    tcase_add_loop_test(tests, a_server_that_is_no_good_is_tried_once_more, 0, 5);
    tcase_add_test(tests, what_is_stale_is_tried_once_more);
    tcase_add_loop_test(tests, what_takes_too_long_is_not_tried_again, 0, 2);
    tcase_add_test(tests, the_server_ends_a_long_statement);
    tcase_add_test(tests, a_process_that_has_to_end_cancels_what_it_waits_for);
    tcase_add_test(tests, an_idle_connection_that_was_closed_goes_unnoticed);
    tcase_add_test(tests, a_connection_lost_in_a_call_is_tried_once_more);
    tcase_add_test(tests, while_a_statement_is_unresolved_there_is_one_backend);
    tcase_add_test(tests, a_server_that_hangs_is_left);
    tcase_add_test(tests, a_statement_that_was_given_up_has_no_effect_later);
    tcase_add_loop_test(tests, a_commit_that_no_standby_confirmed_is_no_success, 0, 2);
    tcase_add_loop_test(tests, a_database_that_comes_back_is_used_again, 0, 2);
    tcase_add_test(tests, patience_is_for_what_is_unavailable_only);
    tcase_add_test(tests, patience_is_for_one_call);
    tcase_add_test(tests, patience_is_not_for_a_lock_that_somebody_holds);
    tcase_add_loop_test(tests, a_failed_connection_is_logged_without_the_password, 0, 2);
    tcase_add_test(tests, a_host_that_is_silent_is_passed_over);
    tcase_add_test(tests, a_host_that_is_not_there_is_passed_over);
    tcase_add_test(tests, only_a_server_that_takes_writes_will_do);
    suite_add_tcase(suite, tests);
    return suite;
}
