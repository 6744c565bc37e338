/* core/version: the order of SDK versions. */
#include "core/version.h"

#include <check.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *version_suite(void);

static const struct {
    const char *version, *other;
    bool before;
} cases[] = {
    { "0.2.99", "0.3.0", true },    { "0.3.0", "0.3.0", false },
    { "0.3.1", "0.3.0", false },    { "0.2.9", "0.2.14", true },
    { "0.2.14", "0.2.9", false },   { "0.3", "0.3.0", false },
    { "0.3", "0.3.1", true },       { "1", "0.9.9", false },
    { "0.3.0rc1", "0.3.0", false }, { "0.3.0.dev4", "0.3.1", true },
    { "", "0.0.1", true },          { NULL, "0.0.1", true },
    { "x", "0.0.1", true },         { "0.3.99999999999999999999", "0.4.0", true },
};

START_TEST(numbers_are_compared_as_numbers)
{
    ck_assert_int_eq(version_is_before(cases[_i].version, cases[_i].other), cases[_i].before);
}
END_TEST

Suite *version_suite(void)
{
    Suite *suite = suite_create("version");
    TCase *order_case = tcase_create("order");

    tcase_add_loop_test(order_case, numbers_are_compared_as_numbers, 0, COUNT(cases));
    suite_add_tcase(suite, order_case);
    return suite;
}
