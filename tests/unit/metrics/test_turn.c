/* metrics/turn: as many at once as the service takes, in the order in which they came. */
#include "metrics/turn.h"

#include "core/clock.h"
#include "metrics/scoreboard.h"

#include <check.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 6
#define SOON_MS   60000

Suite *turn_suite(void);

static struct scoreboard_slot *slots;

static void set_up(void)
{
    slots = scoreboard_create(PROCESSES);
    ck_assert_ptr_nonnull(slots);
    turn_share(slots, PROCESSES);
    turn_sit(&slots[0]);
}

static void tear_down(void)
{
    turn_sit(NULL);
}

/* What a process that came before has, or one that draws. */
static void put_ticket(size_t slot, uint64_t ticket)
{
    atomic_store(&slots[slot].ticket, ticket);
}

static bool take(size_t together)
{
    return turn_take(together, clock_monotonic_ms() + 30);
}

START_TEST(alone_it_is_at_once)
{
    ck_assert(take(1));
    turn_leave();
    ck_assert(take(1));
    ck_assert_uint_eq(atomic_load(&slots[0].ticket), SCOREBOARD_TICKET_FIRST + 1);
    turn_leave();
    ck_assert_uint_eq(atomic_load(&slots[0].ticket), SCOREBOARD_NO_TICKET);
}
END_TEST

START_TEST(who_came_before_goes_first)
{
    ck_assert(take(1));
    turn_leave();
    put_ticket(3, SCOREBOARD_TICKET_FIRST);
    ck_assert(!take(1));
    ck_assert_uint_eq(atomic_load(&slots[0].ticket), SCOREBOARD_NO_TICKET);
    put_ticket(3, SCOREBOARD_TICKET_FIRST + 100);
    ck_assert(take(1));
    turn_leave();
}
END_TEST

START_TEST(who_is_drawing_may_come_before)
{
    put_ticket(3, SCOREBOARD_TICKET_DRAWING);
    ck_assert(!take(1));
    ck_assert(take(2));
    turn_leave();
}
END_TEST

START_TEST(as_many_as_it_takes_go_together)
{
    put_ticket(3, SCOREBOARD_TICKET_DRAWING);
    put_ticket(4, SCOREBOARD_TICKET_DRAWING);
    ck_assert(!take(2));
    ck_assert(take(3));
    turn_leave();
}
END_TEST

START_TEST(a_vacated_slot_has_no_turn)
{
    put_ticket(3, SCOREBOARD_TICKET_DRAWING);
    scoreboard_vacate(&slots[3]);
    ck_assert(take(1));
    turn_leave();
}
END_TEST

START_TEST(without_a_slot_nobody_waits)
{
    put_ticket(3, SCOREBOARD_TICKET_DRAWING);
    turn_sit(NULL);
    ck_assert(take(1));
    turn_leave();
}
END_TEST

/* Each goes in many times, and sees nobody else there. */
static void go_in_and_out(_Atomic uint64_t *inside, _Atomic uint64_t *rounds)
{
    for (int i = 0; i < 20; i++) {
        if (!turn_take(1, clock_monotonic_ms() + SOON_MS))
            _exit(2);
        if (atomic_fetch_add(inside, 1) != 0)
            _exit(3);
        atomic_fetch_add(rounds, 1);
        atomic_fetch_sub(inside, 1);
        turn_leave();
    }
    _exit(0);
}

START_TEST(processes_never_meet_inside)
{
    /* Two words that all of them see, where no process sits. */
    struct scoreboard_slot *words = scoreboard_create(1);
    _Atomic uint64_t *inside = &words->ticket;
    struct scoreboard_slot *more = scoreboard_create(1);

    for (size_t i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            turn_sit(&slots[i]);
            go_in_and_out(inside, &more->ticket);
        }
    }
    for (size_t i = 0; i < PROCESSES; i++) {
        int state = -1;

        ck_assert_int_gt(wait(&state), 0);
        ck_assert(WIFEXITED(state));
        ck_assert_int_eq(WEXITSTATUS(state), 0);
    }
    ck_assert_uint_eq(atomic_load(&more->ticket), PROCESSES * 20);
}
END_TEST

Suite *turn_suite(void)
{
    Suite *suite = suite_create("metrics/turn");
    TCase *tests = tcase_create("turn");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, alone_it_is_at_once);
    tcase_add_test(tests, who_came_before_goes_first);
    tcase_add_test(tests, who_is_drawing_may_come_before);
    tcase_add_test(tests, as_many_as_it_takes_go_together);
    tcase_add_test(tests, a_vacated_slot_has_no_turn);
    tcase_add_test(tests, without_a_slot_nobody_waits);
    tcase_add_test(tests, processes_never_meet_inside);
    suite_add_tcase(suite, tests);
    return suite;
}
