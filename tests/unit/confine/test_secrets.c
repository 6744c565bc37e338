/* confine/secrets: each role keeps the secrets that it needs, and no other. */
#include "confine/secrets.h"

#include <check.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

Suite *secrets_suite(void);

static struct config config;
static char dsn[] = "host=db.example password=geheim";

static void set_up(void)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        void *place = (char *)&config + config_settings[i].offset;

        if (config_settings[i].type == SETTING_SECRET)
            ck_assert(secret_set(place, "a secret of somebody's", 22));
    }
    config.database.dsn = dsn;
}

static const struct {
    enum role role;
    bool launch, salt, account, seed, env_dump, capacity, events, dsn;
} table[] = {
    { ROLE_FAST, true, true, true, false, false, true, false, true },
    { ROLE_SLOW, true, false, true, false, true, true, false, true },
    { ROLE_BACKGROUND, false, false, false, false, false, true, true, true },
    { ROLE_VERIFIER, false, false, false, true, true, false, false, true },
    { ROLE_PROGRAMS, false, false, false, false, false, false, false, false },
    { ROLE_ALONE, true, true, true, false, true, true, false, true },
};

START_TEST(a_role_keeps_what_it_needs_and_no_other_secret)
{
    secrets_forget(table[_i].role, &config);
    ck_assert_int_eq(config.launch.launch_secret.text != NULL, table[_i].launch);
    ck_assert_int_eq(config.launch.launch_key.text != NULL, table[_i].launch);
    ck_assert_int_eq(config.launch.ip_check_salt.text != NULL, table[_i].salt);
    ck_assert_int_eq(config.launch.account_encryption_key.text != NULL, table[_i].account);
    ck_assert_int_eq(config.launch.validator_seed.text != NULL, table[_i].seed);
    ck_assert_int_eq(config.attestation.old_env_dump_master_key.text != NULL, table[_i].env_dump);
    ck_assert_int_eq(config.attestation.old_env_dump_salt.text != NULL, table[_i].env_dump);
    ck_assert_int_eq(config.capacity.redis_password.text != NULL, table[_i].capacity);
    ck_assert_int_eq(config.events.redis_password.text != NULL, table[_i].events);
    ck_assert_int_eq(dsn[0] != '\0', table[_i].dsn);
    if (!table[_i].dsn)
        ck_assert_int_eq(dsn[sizeof(dsn) - 2], '\0');
}
END_TEST

START_TEST(a_variable_that_holds_a_secret_is_wiped_in_place)
{
    const char *seed, *level;

    setenv("RIGGER_LAUNCH_VALIDATOR_SEED", "0123456789", 1);
    setenv("RIGGER_SERVER_LOG_LEVEL", "debug", 1);
    seed = getenv("RIGGER_LAUNCH_VALIDATOR_SEED");
    level = getenv("RIGGER_SERVER_LOG_LEVEL");
    secrets_forget(ROLE_VERIFIER, &config);
    for (size_t i = 0; i < strlen("0123456789"); i++)
        ck_assert_int_eq(seed[i], '\0');
    ck_assert_str_eq(level, "debug");
    ck_assert_ptr_nonnull(config.launch.validator_seed.text);
}
END_TEST

Suite *secrets_suite(void)
{
    Suite *suite = suite_create("secrets");
    TCase *tcase = tcase_create("secrets");

    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_role_keeps_what_it_needs_and_no_other_secret, 0,
                        (int)(sizeof(table) / sizeof(table[0])));
    tcase_add_test(tcase, a_variable_that_holds_a_secret_is_wiped_in_place);
    suite_add_tcase(suite, tcase);
    return suite;
}
