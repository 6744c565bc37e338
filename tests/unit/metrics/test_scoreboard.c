/* metrics/scoreboard: slots that processes share: who lives there, and whether his work is overdue. */
#include "metrics/scoreboard.h"

#include <check.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *scoreboard_suite(void);

START_TEST(slots_begin_empty_and_idle)
{
    struct scoreboard_slot *slots = scoreboard_create(3);
    size_t kind;

    ck_assert_ptr_nonnull(slots);
    for (int i = 0; i < 3; i++) {
        ck_assert(!scoreboard_is_occupied(&slots[i], &kind));
        ck_assert(!scoreboard_is_busy(&slots[i]));
        ck_assert(!scoreboard_is_overdue(&slots[i], INT64_MAX));
    }
}
END_TEST

START_TEST(work_is_overdue_behind_its_deadline)
{
    struct scoreboard_slot slot = { .tenant = 0 };

    scoreboard_begin(&slot, 1000);
    ck_assert(scoreboard_is_busy(&slot));
    ck_assert(!scoreboard_is_overdue(&slot, 999));
    ck_assert(!scoreboard_is_overdue(&slot, 1000));
    ck_assert(scoreboard_is_overdue(&slot, 1001));
    scoreboard_end(&slot);
    ck_assert(!scoreboard_is_busy(&slot));
    ck_assert(!scoreboard_is_overdue(&slot, 1001));
}
END_TEST

START_TEST(a_new_tenant_has_nothing_in_hand)
{
    struct scoreboard_slot slot = { .tenant = 0 };
    size_t kind = 9;

    scoreboard_begin(&slot, 1000);
    scoreboard_occupy(&slot, 0);
    ck_assert(scoreboard_is_occupied(&slot, &kind));
    ck_assert_uint_eq(kind, 0);
    ck_assert(!scoreboard_is_busy(&slot));
    scoreboard_begin(&slot, 1000);
    scoreboard_vacate(&slot);
    ck_assert(!scoreboard_is_occupied(&slot, &kind));
    ck_assert(!scoreboard_is_busy(&slot));
}
END_TEST

START_TEST(work_that_is_postponed_is_overdue_later)
{
    struct scoreboard_slot slot = { .tenant = 0 };

    scoreboard_postpone(&slot, 500);
    ck_assert(!scoreboard_is_busy(&slot));
    scoreboard_begin(&slot, 1000);
    scoreboard_postpone(&slot, 500);
    ck_assert(!scoreboard_is_overdue(&slot, 1500));
    ck_assert(scoreboard_is_overdue(&slot, 1501));
}
END_TEST

START_TEST(one_steps_aside_if_it_asks_and_is_let)
{
    struct scoreboard_slot slot = { .tenant = 0 };

    ck_assert(!scoreboard_let_aside(&slot));
    ck_assert(scoreboard_stay(&slot));
    scoreboard_ask(&slot);
    ck_assert_int_eq(scoreboard_stand(&slot), SCOREBOARD_ASKING);
    ck_assert(scoreboard_stay(&slot));
    ck_assert(!scoreboard_let_aside(&slot));
    scoreboard_ask(&slot);
    ck_assert(scoreboard_let_aside(&slot));
    scoreboard_ask(&slot);
    ck_assert_int_eq(scoreboard_stand(&slot), SCOREBOARD_ASIDE);
    ck_assert(!scoreboard_stay(&slot));
}
END_TEST

START_TEST(a_new_tenant_stands_in_place_and_is_not_hurried)
{
    struct scoreboard_slot slot = { .tenant = 0 };

    scoreboard_ask(&slot);
    ck_assert(scoreboard_let_aside(&slot));
    scoreboard_hurry(&slot, 77);
    ck_assert(scoreboard_is_hurried(&slot));
    scoreboard_occupy(&slot, 1);
    ck_assert(scoreboard_stay(&slot));
    ck_assert(!scoreboard_is_hurried(&slot));
}
END_TEST

START_TEST(what_a_child_writes_its_parent_sees)
{
    struct scoreboard_slot *slots = scoreboard_create(2);
    pid_t pid = fork();

    if (pid == 0) {
        scoreboard_begin(&slots[1], 5);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    ck_assert(scoreboard_is_busy(&slots[1]));
    ck_assert(!scoreboard_is_busy(&slots[0]));
}
END_TEST

Suite *scoreboard_suite(void)
{
    Suite *suite = suite_create("metrics/scoreboard");
    TCase *tests = tcase_create("scoreboard");

    tcase_add_test(tests, slots_begin_empty_and_idle);
    tcase_add_test(tests, work_is_overdue_behind_its_deadline);
    tcase_add_test(tests, a_new_tenant_has_nothing_in_hand);
    tcase_add_test(tests, work_that_is_postponed_is_overdue_later);
    tcase_add_test(tests, one_steps_aside_if_it_asks_and_is_let);
    tcase_add_test(tests, a_new_tenant_stands_in_place_and_is_not_hurried);
    tcase_add_test(tests, what_a_child_writes_its_parent_sees);
    suite_add_tcase(suite, tests);
    return suite;
}
