/* db/sqlstate: what each kind of failure asks for. */
#include "db/sqlstate.h"

#include <check.h>

Suite *sqlstate_suite(void);

static const struct {
    const char *sqlstate;
    enum sqlstate_action action;
} states[] = {
    { "40001", SQLSTATE_REPEAT },
    { "40P01", SQLSTATE_REPEAT },
    { "40003", SQLSTATE_RECONNECT },
    { "40002", SQLSTATE_ERROR },
    { "55P03", SQLSTATE_UNAVAILABLE },
    { "55006", SQLSTATE_ERROR },
    { "57014", SQLSTATE_UNAVAILABLE },
    { "57P01", SQLSTATE_RECONNECT },
    { "57P02", SQLSTATE_RECONNECT },
    { "57P03", SQLSTATE_RECONNECT },
    { "57P05", SQLSTATE_RECONNECT },
    { "57000", SQLSTATE_ERROR },
    { "53100", SQLSTATE_RECONNECT },
    { "53200", SQLSTATE_RECONNECT },
    { "53300", SQLSTATE_RECONNECT },
    { "08000", SQLSTATE_RECONNECT },
    { "08P01", SQLSTATE_RECONNECT },
    { SQLSTATE_CANNOT_CONNECT, SQLSTATE_RECONNECT },
    { SQLSTATE_CONNECTION_LOST, SQLSTATE_RECONNECT },
    { "25006", SQLSTATE_RECONNECT },
    { "25P02", SQLSTATE_ERROR },
    { "0A000", SQLSTATE_PREPARE },
    { "26000", SQLSTATE_POOLED },
    { "42P05", SQLSTATE_POOLED },
    { "XX000", SQLSTATE_PREPARE },
    { "XX001", SQLSTATE_ERROR },
    { "3F000", SQLSTATE_MIGRATE },
    { "42883", SQLSTATE_MIGRATE },
    { "42703", SQLSTATE_MIGRATE },
    { "42P01", SQLSTATE_MIGRATE },
    { "42501", SQLSTATE_RIGHT },
    { "42601", SQLSTATE_ERROR },
    { "23505", SQLSTATE_ERROR },
    { "22P02", SQLSTATE_ERROR },
    { "P0001", SQLSTATE_ERROR },
    { "00000", SQLSTATE_ERROR },
    { "", SQLSTATE_ERROR },
    { "5", SQLSTATE_ERROR },
    { NULL, SQLSTATE_ERROR },
};

START_TEST(a_state_has_its_action)
{
    ck_assert_int_eq(sqlstate_action(states[_i].sqlstate), states[_i].action);
}
END_TEST

START_TEST(data_exceptions_quote_their_input)
{
    ck_assert(sqlstate_quotes_input("22P02"));
    ck_assert(sqlstate_quotes_input("22021"));
    ck_assert(!sqlstate_quotes_input("42883"));
    ck_assert(!sqlstate_quotes_input("2F005"));
}
END_TEST

Suite *sqlstate_suite(void)
{
    Suite *suite = suite_create("db/sqlstate");
    TCase *tests = tcase_create("sqlstate");

    tcase_add_loop_test(tests, a_state_has_its_action, 0, sizeof(states) / sizeof(states[0]));
    tcase_add_test(tests, data_exceptions_quote_their_input);
    suite_add_tcase(suite, tests);
    return suite;
}
