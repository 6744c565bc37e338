/* What processes have in hand: the bounds, between processes, and after the death of one. */
#include "core/share.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

Suite *share_suite(void);

static enum share_bound take(const char *owner, const char *subject, int *place)
{
    const struct share share = { .kind = SHARE_LOOKUP,
                                 .owner = owner,
                                 .subject = subject,
                                 .owner_max = 2,
                                 .subject_max = 1,
                                 .all_max = 4 };

    return share_take(&share, place);
}

START_TEST(each_bound_is_kept)
{
    int places[5];

    ck_assert_int_eq(take("alice", "a", &places[0]), SHARE_WITHIN);
    ck_assert_int_eq(take("bob", "a", &places[4]), SHARE_OF_SUBJECT);
    ck_assert_int_eq(places[4], SHARE_NONE);
    ck_assert_int_eq(take("alice", "b", &places[1]), SHARE_WITHIN);
    ck_assert_int_eq(take("alice", "c", &places[4]), SHARE_OF_OWNER);
    ck_assert_int_eq(take("bob", "c", &places[2]), SHARE_WITHIN);
    ck_assert_int_eq(take("carol", "d", &places[3]), SHARE_WITHIN);
    ck_assert_int_eq(take("dave", "e", &places[4]), SHARE_OF_ALL);

    share_leave(places[4]);
    ck_assert_int_eq(take("dave", "e", &places[4]), SHARE_OF_ALL);
    share_leave(places[0]);
    ck_assert_int_eq(take("alice", "a", &places[0]), SHARE_WITHIN);
    for (int i = 0; i < 4; i++)
        share_leave(places[i]);
}
END_TEST

START_TEST(what_is_nobodys_counts_among_all_alone)
{
    int places[5];

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(take(NULL, NULL, &places[i]), SHARE_WITHIN);
    ck_assert_int_eq(take(NULL, NULL, &places[4]), SHARE_OF_ALL);
    for (int i = 0; i < 4; i++)
        share_leave(places[i]);
}
END_TEST

START_TEST(kinds_are_counted_apart_and_without_a_bound_the_table_is_one)
{
    const struct share claim = { .kind = SHARE_CLAIM, .subject = "a", .subject_max = 1 },
                       other = { .kind = SHARE_CLAIM };
    int place, lookup, places[SHARE_MAX];

    ck_assert_int_eq(take("alice", "a", &lookup), SHARE_WITHIN);
    ck_assert_int_eq(share_take(&claim, &place), SHARE_WITHIN);
    share_leave(lookup);
    for (int i = 1; i < SHARE_MAX; i++)
        ck_assert_int_eq(share_take(&other, &places[i]), SHARE_WITHIN);
    ck_assert_int_eq(share_take(&other, &places[0]), SHARE_OF_ALL);
    share_leave(place);
    ck_assert_int_eq(share_take(&other, &places[0]), SHARE_WITHIN);
    for (int i = 0; i < SHARE_MAX; i++)
        share_leave(places[i]);
}
END_TEST

START_TEST(processes_count_together_and_the_dead_give_back)
{
    int places[2], ready[2], place;
    char byte;
    pid_t child;

    ck_assert(share_in_memory());
    ck_assert_int_eq(pipe(ready), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (take("alice", "a", &places[0]) != SHARE_WITHIN ||
            take("alice", "b", &places[1]) != SHARE_WITHIN || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    ck_assert_int_eq(take("bob", "a", &place), SHARE_OF_SUBJECT);
    ck_assert_int_eq(take("alice", "c", &place), SHARE_OF_OWNER);
    share_forget(child + 1);
    ck_assert_int_eq(take("alice", "c", &place), SHARE_OF_OWNER);
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    share_forget(child);
    ck_assert_int_eq(take("alice", "a", &place), SHARE_WITHIN);
    share_leave(place);
}
END_TEST

Suite *share_suite(void)
{
    Suite *suite = suite_create("core/share");
    TCase *tests = tcase_create("share");

    tcase_add_test(tests, each_bound_is_kept);
    tcase_add_test(tests, what_is_nobodys_counts_among_all_alone);
    tcase_add_test(tests, kinds_are_counted_apart_and_without_a_bound_the_table_is_one);
    tcase_add_test(tests, processes_count_together_and_the_dead_give_back);
    suite_add_tcase(suite, tests);
    return suite;
}
