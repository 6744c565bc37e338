/* exchange/exchange: a deadline that is put off. */
#include "exchange/exchange.h"

#include "core/waiting.h"

#include <check.h>

Suite *exchange_suite(void);

static int64_t told_ms;

static void lasts(void)
{
}

static void postpone(int64_t ms)
{
    told_ms += ms;
}

static bool is_to_end(void)
{
    return false;
}

START_TEST(a_deadline_is_put_off_by_the_longest_of_what_is_asked)
{
    static const struct waiting_hooks hooks = { lasts, postpone, is_to_end };
    struct exchange exchange = { .deadline_ms = 1000 };

    waiting_register(&hooks);
    exchange_postpone(&exchange, 0);
    ck_assert_int_eq(exchange.deadline_ms, 1000);
    exchange_postpone(&exchange, 300);
    exchange_postpone(&exchange, 200);
    ck_assert_int_eq(exchange.deadline_ms, 1300);
    exchange_postpone(&exchange, 500);
    ck_assert_int_eq(exchange.deadline_ms, 1500);
    ck_assert_int_eq(told_ms, 500);
    waiting_register(NULL);
}
END_TEST

Suite *exchange_suite(void)
{
    Suite *suite = suite_create("exchange/exchange");
    TCase *tests = tcase_create("exchange");

    tcase_add_test(tests, a_deadline_is_put_off_by_the_longest_of_what_is_asked);
    suite_add_tcase(suite, tests);
    return suite;
}
