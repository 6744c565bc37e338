/* core/config: what is refused is never quoted where it may be a secret, or a piece of one. */
#include "check/config_fixture.h"

#include <stdlib.h>
#include <string.h>

Suite *config_secrets_suite(void);

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Every one has "geheim" in it, which must not be printed. */
static const struct {
    const char *text, *told;
} values[] = {
    { "[database]\ndsn = host=h password=my geheim user=u", ":13: [database] dsn: not a connection string" },
    { "[database]\ndsn = postgres://u:p%zzgeheim@h/d", ":13: [database] dsn: not a connection URI" },
    { "[database]\ndsn = postgres://u:p@geheim@h/d", ":13: [database] dsn: not a connection URI" },
    { "[database]\ndsn = postgres://u:geheim", ":13: [database] dsn: not a connection string" },
    { "[database]\ndsn = geheim", ":13: [database] dsn: not a connection string" },
    { "[launch]\npublic_url = https://u:geheim@h", ":13: [launch] public_url: not a base URL" },
    { "[launch]\nvalidator_ss58 = geheim", ":13: [launch] validator_ss58: not the address" },
    { "[launch]\nlaunch_secret = geheim", ":13: [launch] launch_secret: not fit" },
    { "[launch]\nlaunch_secret = @geheim-and-long-enough", ":13: [launch] launch_secret: @ is followed" },
    { "[attestation]\ngraval_url = http://u:geheim@h", ":13: [attestation] graval_url: not a base URL" },
    { "[attestation]\ngraval_url = http://geheim@h", ":13: [attestation] graval_url: not a base URL" },
    { "[events]\nredis_url = redis://:geheim@h", ":13: [events] redis_url: not a Redis URL" },
    { "[events]\nredis_url = redis://h:geheim", ":13: [events] redis_url: not a Redis URL" },
    { "[events]\nredis_password = @geheim", ":13: [events] redis_password: @ is followed" },
    { "[launch]\nGeheim/geheim== = x", ":13: [launch]: no such setting, and no name of one" },
    { "[launch]\np@geheim: x", ":13: [launch]: no such setting, and no name of one" },
    { "[Geheim/geheim]\nx = 1", ":13: no such section, and no name of one" },
    { "[launch]\nGeheim/geheim", ":13: not a setting" },
    { "[server]\nlog_level = geheim", ":13: [server] log_level: not one of the choices" },
    { "[server]\nfast_workers = geheim", ":13: [server] fast_workers: not an integer" },
};

START_TEST(what_is_refused_is_not_quoted)
{
    char text[2048];
    /* The line of the minimum that the value replaces would be a second one. */
    const char *database = strstr(values[_i].text, "dsn =") != NULL ? "[database]\n\n" : DATABASE;

    snprintf(text, sizeof(text), "%s%s%s\n%s\n", database, LAUNCH SECRETS, ATTESTATION, values[_i].text);
    config_fixture_refuse(text, values[_i].told);
    ck_assert_msg(strcasestr(config_errors, "geheim") == NULL, "%s", config_errors);
}
END_TEST

static const char *const not_addresses[] = {
    "5\xe2\x80\xa6",
    "5Dt7",
    "5Dt7HZ7Zpw4DppPxFM7Ke3Cm7sDAWhsZXmM5ZAmE7dSVJbcR",
    "5Dt7HZ7Zpw4DppPxFM7Ke3Cm7sDAWhsZXmM5ZAmE7dSVJbc",
    /* Alice's key with Polkadot's prefix, 0. */
    "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5",
};

START_TEST(what_is_no_address_of_a_hotkey_is_refused)
{
    char text[1024];

    snprintf(text, sizeof(text),
             DATABASE "[launch]\npublic_url = https://x\n" SECRETS "validator_ss58 = %s\n" ATTESTATION,
             not_addresses[_i]);
    config_fixture_refuse(text, ":7: [launch] validator_ss58: not the address of a hotkey");
    ck_assert_uint_eq(config_fixture_count_lines(config_errors), 1);
}
END_TEST

START_TEST(a_variable_s_value_is_not_quoted)
{
    setenv("RIGGER_DATABASE_DSN", "password=my geheim", 1);
    config_fixture_refuse(MINIMUM, "RIGGER_DATABASE_DSN: [database] dsn: not a connection string");
    ck_assert_ptr_null(strstr(config_errors, "geheim"));
}
END_TEST

Suite *config_secrets_suite(void)
{
    Suite *suite = suite_create("core/config secrets");
    TCase *tests = tcase_create("config secrets");

    tcase_add_checked_fixture(tests, config_fixture_set_up, config_fixture_tear_down);
    tcase_add_loop_test(tests, what_is_refused_is_not_quoted, 0, COUNT(values));
    tcase_add_loop_test(tests, what_is_no_address_of_a_hotkey_is_refused, 0, COUNT(not_addresses));
    tcase_add_test(tests, a_variable_s_value_is_not_quoted);
    suite_add_tcase(suite, tests);
    return suite;
}
