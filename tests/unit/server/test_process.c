/* server/process: the table of processes, the work in hand and the start. */
#include "server/process.h"

#include "core/clock.h"
#include "metrics/metrics.h"

#include <check.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

Suite *process_suite(void);

static char no_url[] = "", fast_socket[] = "/fast", slow_socket[] = "/slow";

static struct config config = {
    .server = { .fast_socket = fast_socket,
                .slow_socket = slow_socket,
                .fast_workers = 3,
                .slow_workers = 5,
                .fast_deadline_ms = 1000,
                .slow_deadline_ms = 7000,
                .log_level = LOG_LEVEL_INFO },
    .background = { .verifiers = 2, .verify_deadline_ms = 100000 },
    .attestation = { .graval_url = no_url, .graval_wait_ms = 500000 },
};

static const struct {
    const char *name;
    enum pool pool;
    size_t count;
    const char *socket;  /* NULL: it has none */
    int64_t deadline_ms; /* from now; 0: the master waits for ever */
} wanted[PROCESS_MASTERED_COUNT] = {
    [PROCESS_FAST] = { "fast", POOL_FAST, 3, fast_socket, 1000 },
    [PROCESS_SLOW] = { "slow", POOL_SLOW, 5, slow_socket, 7000 },
    [PROCESS_BACKGROUND] = { "background", POOL_ANY, 1, NULL, 0 },
    [PROCESS_VERIFIER] = { "verifier", POOL_ANY, 2, NULL, 160000 },
    [PROCESS_PROGRAMS] = { "programs", POOL_ANY, 1, NULL, 0 },
};

START_TEST(the_table_follows_the_configuration)
{
    enum process_kind kind = (enum process_kind)_i;

    ck_assert_str_eq(process_name(kind), wanted[_i].name);
    ck_assert_int_eq(process_pool(kind), wanted[_i].pool);
    ck_assert_uint_eq(process_count(kind, &config), wanted[_i].count);
    if (wanted[_i].socket != NULL)
        ck_assert_str_eq(process_socket(kind, &config), wanted[_i].socket);
}
END_TEST

START_TEST(work_in_hand_is_overdue_at_the_kind_s_deadline)
{
    struct scoreboard_slot slot = { .tenant = 0 };
    struct process process = { .kind = (enum process_kind)_i, .config = &config, .slot = &slot };
    int64_t now_ms = clock_monotonic_ms(), deadline_ms = process_begin(&process);

    ck_assert_int_ge(deadline_ms, now_ms + wanted[_i].deadline_ms);
    ck_assert_int_eq(scoreboard_is_busy(&slot), wanted[_i].deadline_ms != 0);
    ck_assert(!scoreboard_is_overdue(&slot, deadline_ms));
    ck_assert_int_eq(scoreboard_is_overdue(&slot, deadline_ms + 1), wanted[_i].deadline_ms != 0);
    process_end(&process);
    ck_assert(!scoreboard_is_busy(&slot));
}
END_TEST

START_TEST(the_limits_follow_the_provider)
{
    struct config other = config;
    struct scoreboard_slot slot = { .tenant = 0 };
    struct process process = { .kind = PROCESS_VERIFIER, .config = &other, .slot = &slot };
    char url[] = "http://graval";
    int64_t now_ms = clock_monotonic_ms();

    ck_assert_int_eq(process_longest_wait_ms(&config), 7000);
    other.attestation.graval_url = url;
    ck_assert_int_eq(process_longest_wait_ms(&other), 507000);
    ck_assert_int_ge(process_begin(&process), now_ms + 660000);
    process_end(&process);
}
END_TEST

START_TEST(what_serves_alone_takes_every_request_and_has_a_slow_request_s_time)
{
    const enum process_kind kinds[] = { PROCESS_BARE, PROCESS_CGI };

    for (int i = 0; i < 2; i++) {
        struct process process = { .kind = kinds[i], .config = &config };
        int64_t now_ms = clock_monotonic_ms();

        ck_assert_int_eq(process_pool(kinds[i]), POOL_ANY);
        ck_assert_int_ge(process_begin(&process), now_ms + 7000);
        process_end(&process);
    }
    ck_assert_str_eq(process_name(PROCESS_BARE), "bare");
    ck_assert_str_eq(process_name(PROCESS_CGI), "cgi");
}
END_TEST

START_TEST(the_metrics_show_processes_by_their_names)
{
    struct scoreboard_slot *slots = scoreboard_create(3);
    struct buf text;

    process_prepare();
    ck_assert(metrics_share(slots, 3));
    scoreboard_occupy(&slots[0], PROCESS_FAST);
    scoreboard_occupy(&slots[1], PROCESS_FAST);
    scoreboard_begin(&slots[1], 1);
    scoreboard_occupy(&slots[2], PROCESS_VERIFIER);
    scoreboard_vacate(&slots[2]);
    buf_init(&text, 1U << 20);
    metrics_write(&text);
    ck_assert_ptr_nonnull(strstr(text.data, "\nrigger_workers{pool=\"fast\"} 2\n"
                                            "rigger_workers{pool=\"slow\"} 0\n"
                                            "rigger_workers{pool=\"background\"} 0\n"
                                            "rigger_workers{pool=\"verifier\"} 0\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "\nrigger_workers_busy{pool=\"fast\"} 1\n"));
    buf_free(&text);
}
END_TEST

START_TEST(core_dumps_are_as_configured_and_can_come_back)
{
    struct config open = config;
    struct rlimit before, after;

    open.server.core_dumps = true;
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &before), 0);
    process_settle(&config, "test", 0);
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &after), 0);
    ck_assert_uint_eq(after.rlim_cur, 0);
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 0);
    process_settle(&open, "test", 0);
    ck_assert_int_eq(getrlimit(RLIMIT_CORE, &after), 0);
    ck_assert_uint_eq(after.rlim_cur, before.rlim_max);
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE), 1);
}
END_TEST

static void block_term(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

START_TEST(a_process_waits_until_it_is_told_to_stop)
{
    block_term();
    ck_assert(!process_wait_for_stop(0));
    ck_assert(!process_wait_for_stop(10));
    raise(SIGTERM);
    ck_assert(process_wait_for_stop(60000));
}
END_TEST

START_TEST(a_child_whose_master_is_gone_is_told_to_stop)
{
    block_term();
    process_settle(&config, "test", getppid());
    ck_assert(!process_wait_for_stop(0));
    process_settle(&config, "test", getpid());
    ck_assert(process_wait_for_stop(0));
}
END_TEST

Suite *process_suite(void)
{
    Suite *suite = suite_create("server/process");
    TCase *table_case = tcase_create("table"), *start_case = tcase_create("start");

    tcase_add_loop_test(table_case, the_table_follows_the_configuration, 0, PROCESS_MASTERED_COUNT);
    tcase_add_loop_test(table_case, work_in_hand_is_overdue_at_the_kind_s_deadline, 0,
                        PROCESS_MASTERED_COUNT);
    tcase_add_test(table_case, the_limits_follow_the_provider);
    tcase_add_test(table_case, what_serves_alone_takes_every_request_and_has_a_slow_request_s_time);
    tcase_add_test(table_case, the_metrics_show_processes_by_their_names);
    tcase_add_test(start_case, core_dumps_are_as_configured_and_can_come_back);
    tcase_add_test(start_case, a_process_waits_until_it_is_told_to_stop);
    tcase_add_test(start_case, a_child_whose_master_is_gone_is_told_to_stop);
    suite_add_tcase(suite, table_case);
    suite_add_tcase(suite, start_case);
    return suite;
}
