/* launch/target: what a key may hold, and what is done without Redis. */
#include "launch/target.h"

#include "check/redis_script.h"

#include <check.h>
#include <string.h>

Suite *target_suite(void);

static struct config config;
static struct target_reader *reader;

static void set_up(void)
{
    redis_script_start();
    config.capacity.redis_url = redis_script.url;
    config.capacity.redis_timeout_ms = 60000; /* only a failing test uses it up */
    reader = target_reader_create(&config);
    ck_assert_ptr_nonnull(reader);
}

static void tear_down(void)
{
    target_reader_free(reader);
}

static const struct {
    const char *answer;
    int64_t target; /* -1: none */
} answers[] = {
    { "$1\r\n0\r\n", 0 },
    { "$1\r\n7\r\n", 7 },
    { "$2\r\n07\r\n", 7 },
    { "$7\r\n1000000\r\n", 1000000 },
    { "$-1\r\n", -1 },
    { "$0\r\n\r\n", -1 },
    { "$7\r\n1000001\r\n", -1 },
    { "$8\r\n00000007\r\n", -1 },
    { "$20\r\n18446744073709551617\r\n", -1 },
    { "$2\r\n-1\r\n", -1 },
    { "$2\r\n+1\r\n", -1 },
    { "$2\r\n 7\r\n", -1 },
    { "$2\r\n7 \r\n", -1 },
    { "$3\r\n7.0\r\n", -1 },
    { "$3\r\n0x7\r\n", -1 },
    { "$3\r\n1e3\r\n", -1 },
    { "$4\r\nfive\r\n", -1 },
    { "$3\r\n\xd9\xa7\xff\r\n", -1 },
    { "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n", -1 },
    { "-NOAUTH Authentication required.\r\n", -1 },
    { "?\r\n", -1 },
};

START_TEST(a_target_is_a_number_and_nothing_else)
{
    struct db_integer target;

    redis_script.lines[0].bytes = answers[_i].answer;
    target = target_read(reader, "chute");
    ck_assert_int_eq(target.present ? target.value : -1, answers[_i].target);
    ck_assert_ptr_nonnull(strstr(redis_script.last, "\r\nscale:chute\r\n"));
}
END_TEST

START_TEST(a_key_without_a_target_does_not_keep_others_from_being_read)
{
    redis_script.lines[0].bytes = "$4\r\nfive\r\n";
    redis_script.lines[1].bytes = "$1\r\n7\r\n";
    ck_assert(!target_read(reader, "chute").present);
    ck_assert_int_eq(target_read(reader, "other").value, 7);
    ck_assert_int_eq(redis_script.connections, 1);
}
END_TEST

START_TEST(after_a_failure_nobody_asks_for_a_while)
{
    redis_script.lines[0].bytes = "-LOADING Redis is loading the dataset in memory\r\n";
    redis_script.lines[1].bytes = "$1\r\n7\r\n";
    ck_assert(!target_read(reader, "chute").present);
    ck_assert(!target_read(reader, "chute").present);
    ck_assert_int_eq(redis_script.commands, 1);
}
END_TEST

START_TEST(a_chute_of_an_absurd_name_is_not_asked_for)
{
    char name[1000];

    memset(name, 'c', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    ck_assert(!target_read(reader, name).present);
    ck_assert_int_eq(redis_script.commands, 0);
}
END_TEST

START_TEST(without_a_redis_there_is_no_target)
{
    ck_assert(!target_read(NULL, "chute").present);
}
END_TEST

Suite *target_suite(void)
{
    Suite *suite = suite_create("target");
    TCase *cases = tcase_create("target");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_target_is_a_number_and_nothing_else, 0,
                        sizeof(answers) / sizeof(answers[0]));
    tcase_add_test(cases, a_key_without_a_target_does_not_keep_others_from_being_read);
    tcase_add_test(cases, after_a_failure_nobody_asks_for_a_while);
    tcase_add_test(cases, a_chute_of_an_absurd_name_is_not_asked_for);
    tcase_add_test(cases, without_a_redis_there_is_no_target);
    suite_add_tcase(suite, cases);
    return suite;
}
