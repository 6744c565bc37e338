/* old_sdk/ask: what is not answered is asked again, what is answered is not, and nothing goes on beyond its
 * time or after it was told to stop. */
#include "old_sdk/ask.h"

#include "core/clock.h"

#include <check.h>

Suite *ask_suite(void);

static struct config config;
static struct verification verification;
static enum step_result results[4]; /* of the turns to come */
static int turns, stop_after;

static bool should_stop(void)
{
    return turns >= stop_after;
}

static enum step_result answer(struct verification *asked)
{
    ck_assert_ptr_eq(asked, &verification);
    ck_assert_int_lt(turns, 4);
    return ask_fail(asked, results[turns++], REFUSAL_OLD_SDK_PING_SILENT);
}

static void set_up(void)
{
    turns = 0;
    stop_after = 4;
    for (int i = 0; i < 4; i++)
        results[i] = STEP_NO_ANSWER;
    config.background.verify_retry_ms = 1;
    verification = (struct verification){ .config = &config, .should_stop = should_stop };
    verification.pod.deadline_ms = clock_monotonic_ms() + 60000;
}

static void assert_asked(enum step_result expected, int expected_turns)
{
    ck_assert_int_eq(ask_step(&verification, answer, NULL), expected);
    ck_assert_int_eq(turns, expected_turns);
}

START_TEST(what_is_not_answered_is_asked_three_times)
{
    assert_asked(STEP_NO_ANSWER, 3);
    ck_assert_int_eq(verification.failure, REFUSAL_OLD_SDK_PING_SILENT);
}
END_TEST

START_TEST(an_answer_ends_it)
{
    static const enum step_result answers[] = { STEP_PASSED, STEP_WRONG, STEP_UNJUDGED };

    for (int before = 0; before < 3; before++) {
        set_up();
        results[before] = answers[_i];
        assert_asked(answers[_i], before + 1);
    }
}
END_TEST

START_TEST(there_is_no_second_try_without_time_for_the_pause)
{
    config.background.verify_retry_ms = 60000;
    assert_asked(STEP_NO_ANSWER, 1);
}
END_TEST

START_TEST(told_to_stop_it_stops_before_the_next_try)
{
    stop_after = 1;
    assert_asked(STEP_UNJUDGED, 1);
    set_up();
    stop_after = 0;
    assert_asked(STEP_UNJUDGED, 0);
}
END_TEST

START_TEST(a_step_knows_its_subject_and_the_next_one_has_none)
{
    json_object *subject = json_object_new_int(1);

    results[0] = results[1] = STEP_PASSED;
    ck_assert_int_eq(ask_step(&verification, answer, subject), STEP_PASSED);
    ck_assert_ptr_eq(verification.subject, subject);
    ck_assert_int_eq(ask_step(&verification, answer, NULL), STEP_PASSED);
    ck_assert_ptr_null(verification.subject);
    json_object_put(subject);
}
END_TEST

START_TEST(good_answers_are_those_of_2xx)
{
    static const struct {
        int status;
        bool good;
    } cases[] = {
        { 0, false }, { 199, false }, { 200, true }, { 299, true }, { 300, false }, { 500, false }
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_int_eq(ask_is_good(&(struct pod_answer){ .status = cases[i].status }), cases[i].good);
}
END_TEST

Suite *ask_suite(void)
{
    Suite *suite = suite_create("old_sdk/ask");
    TCase *tests = tcase_create("ask");

    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, what_is_not_answered_is_asked_three_times);
    tcase_add_loop_test(tests, an_answer_ends_it, 0, 3);
    tcase_add_test(tests, there_is_no_second_try_without_time_for_the_pause);
    tcase_add_test(tests, told_to_stop_it_stops_before_the_next_try);
    tcase_add_test(tests, a_step_knows_its_subject_and_the_next_one_has_none);
    tcase_add_test(tests, good_answers_are_those_of_2xx);
    suite_add_tcase(suite, tests);
    return suite;
}
