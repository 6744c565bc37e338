/* core/outage: while a service is away one asks in each pause, and its going and coming are told once. */
#include "core/outage.h"

#include "core/clock.h"

#include <check.h>

Suite *outage_suite(void);

#define LONG_MS 3600000

START_TEST(everybody_may_ask_a_service_that_is_there)
{
    struct outage outage = { 0 };

    ck_assert(outage_may_ask(&outage, LONG_MS));
    ck_assert(outage_may_ask(&outage, LONG_MS));
    ck_assert(!outage_end(&outage));
}
END_TEST

START_TEST(nobody_asks_during_the_pause)
{
    struct outage outage = { 0 };

    ck_assert(outage_begin(&outage, LONG_MS));
    ck_assert(!outage_may_ask(&outage, LONG_MS));
    ck_assert(!outage_begin(&outage, LONG_MS));
    ck_assert(!outage_may_ask(&outage, LONG_MS));
}
END_TEST

START_TEST(one_asks_when_the_pause_is_over)
{
    struct outage outage = { 0 };

    ck_assert(outage_begin(&outage, 0));
    ck_assert(outage_may_ask(&outage, LONG_MS));
    ck_assert(!outage_may_ask(&outage, LONG_MS));
}
END_TEST

START_TEST(its_end_is_told_once)
{
    struct outage outage = { 0 };

    ck_assert(outage_begin(&outage, LONG_MS));
    ck_assert(outage_end(&outage));
    ck_assert(!outage_end(&outage));
    ck_assert(outage_may_ask(&outage, LONG_MS));
    ck_assert(outage_begin(&outage, LONG_MS));
}
END_TEST

Suite *outage_suite(void)
{
    Suite *suite = suite_create("outage");
    TCase *cases = tcase_create("outage");

    tcase_add_test(cases, everybody_may_ask_a_service_that_is_there);
    tcase_add_test(cases, nobody_asks_during_the_pause);
    tcase_add_test(cases, one_asks_when_the_pause_is_over);
    tcase_add_test(cases, its_end_is_told_once);
    suite_add_tcase(suite, cases);
    return suite;
}
