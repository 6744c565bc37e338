/* core/config: what is configured is what is loaded, and what is dumped loads again. */
#include "check/config_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

Suite *config_suite(void);

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static char *dump(const struct config *config)
{
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);

    config_dump(config, stream);
    fclose(stream);
    return text;
}

START_TEST(the_least_configuration_takes_every_default)
{
    struct config *config = config_fixture_load_good(MINIMUM);

    ck_assert_str_eq(config->server.fast_socket, "/run/rigger/fast.sock");
    ck_assert_str_eq(config->server.slow_socket, "/run/rigger/slow.sock");
    ck_assert_int_eq(config->server.socket_mode, 0660);
    ck_assert_str_eq(config->server.socket_group, "");
    ck_assert_int_eq(config->server.fast_workers, 4);
    ck_assert_int_eq(config->server.slow_workers, 8);
    ck_assert_int_eq(config->server.fast_deadline_ms, 10000);
    ck_assert_int_eq(config->server.slow_deadline_ms, 60000);
    ck_assert_int_eq(config->server.io_timeout_ms, 5000);
    ck_assert_int_eq(config->server.drain_ms, 30000);
    ck_assert_int_eq(config->server.worker_requests, 100000);
    ck_assert_int_eq(config->server.body_max_bytes, 262144);
    ck_assert_int_eq(config->server.claim_body_max_bytes, 4194304);
    ck_assert_int_eq(config->server.worker_memory_mb, 512);
    ck_assert_str_eq(config->server.base_path, "");
    ck_assert_str_eq(config->server.trusted_proxies, "");
    ck_assert_str_eq(config->server.metrics_allow, "127.0.0.0/8,::1/128");
    ck_assert_int_eq(config->server.log_level, LOG_LEVEL_INFO);
    ck_assert(!config->server.core_dumps);
    ck_assert_str_eq(config->database.dsn, "dbname=rigger");
    ck_assert_int_eq(config->database.connect_timeout_s, 3);
    ck_assert_int_eq(config->database.statement_timeout_ms, 5000);
    ck_assert(config->database.prepared_statements);
    ck_assert_int_eq(config->database.activation_retry_ms, 8000);
    ck_assert_int_eq(config->launch.netuid, 64);
    ck_assert_str_eq(config->launch.public_url, "https://api.example");
    ck_assert_str_eq(config->launch.validator_ss58, VALIDATOR);
    ck_assert_str_eq(config->launch.launch_secret.text, LAUNCH_SECRET);
    ck_assert_str_eq(config->launch.ip_check_salt.text, SALT);
    ck_assert(!config->launch.allow_private_hosts);
    ck_assert(!config->launch.accept_wrapped_signatures);
    ck_assert_str_eq(config->launch.own_addresses, "");
    ck_assert_int_eq(config->attestation.proof_of_work, PROOF_MATMUL);
    ck_assert_int_eq(config->attestation.environment, ENVIRONMENT_NONE);
    ck_assert_int_eq(config->attestation.filesystem, FILESYSTEM_NONE);
    ck_assert_int_eq(config->attestation.matmul_n, 2048);
    ck_assert_int_eq(config->attestation.matmul_rows, 16);
    ck_assert_int_eq(config->background.reap_interval_ms, 5000);
    config_free(config);
}
END_TEST

START_TEST(every_setting_is_in_the_table_once)
{
    for (size_t i = 0; i < config_setting_count; i++) {
        const struct setting *one = &config_settings[i];
        ck_assert_ptr_nonnull(one->doc);
        ck_assert_uint_lt(one->offset, sizeof(struct config));
        ck_assert_msg(one->type != SETTING_SECRET || one->default_text == NULL ||
                          one->default_text[0] == '\0',
                      "%s has a default", one->key);
        ck_assert_msg(one->type != SETTING_CHOICE || one->choices != NULL, "%s has no choices", one->key);
        for (size_t j = 0; j < i; j++) {
            ck_assert_uint_ne(one->offset, config_settings[j].offset);
            ck_assert(strcmp(one->section, config_settings[j].section) != 0 ||
                      strcmp(one->key, config_settings[j].key) != 0);
        }
    }
}
END_TEST

START_TEST(the_file_is_read_as_it_is_written)
{
    struct config *config = config_fixture_load_good(
        "\xef\xbb\xbf# a comment\n; another\r\n[server]\nlog_level = debug\n   fast_workers=7\r\n"
        "base_path  =\t/api  \nsocket_mode = 600\n" MINIMUM
        "proof_of_work = graval\ngraval_url = http://g\n[launch]\nallow_private_hosts = on\nnetuid = 0");

    ck_assert_int_eq(config->server.fast_workers, 7);
    ck_assert_str_eq(config->server.base_path, "/api");
    ck_assert_int_eq(config->server.log_level, LOG_LEVEL_DEBUG);
    ck_assert_int_eq(config->server.socket_mode, 0600);
    ck_assert_int_eq(config->attestation.proof_of_work, PROOF_GRAVAL);
    ck_assert(config->launch.allow_private_hosts);
    ck_assert_int_eq(config->launch.netuid, 0);
    config_free(config);
}
END_TEST

START_TEST(a_value_may_hold_what_looks_like_a_comment)
{
    struct config *config = config_fixture_load_good(
        DATABASE LAUNCH ATTESTATION "[launch]\nlaunch_secret = one ;two #three=four:5\nip_check_salt = #" SALT
                                    "\n");

    ck_assert_str_eq(config->launch.launch_secret.text, "one ;two #three=four:5");
    ck_assert_str_eq(config->launch.ip_check_salt.text, "#" SALT);
    config_free(config);
}
END_TEST

START_TEST(the_environment_goes_over_the_file)
{
    setenv("RIGGER_SERVER_FAST_WORKERS", " 9 ", 1);
    setenv("RIGGER_LAUNCH_LAUNCH_SECRET", "from-the-environment", 1);
    setenv("RIGGER_TEST_ANYTHING", "1", 1);
    setenv("RIGGER_VECTORS", "1", 1);
    setenv("RIGGERLESS", "1", 1);
    struct config *config = config_fixture_load_good("[server]\nfast_workers = rubbish\n" MINIMUM);

    ck_assert_int_eq(config->server.fast_workers, 9);
    ck_assert_str_eq(config->launch.launch_secret.text, "from-the-environment");
    config_free(config);
}
END_TEST

START_TEST(the_environment_can_name_the_file)
{
    config_fixture_write(config_path, MINIMUM, strlen(MINIMUM), 0600);
    setenv("RIGGER_CONFIG", config_path, 1);
    struct config *config = config_fixture_load_path(NULL);

    ck_assert_msg(config != NULL, "%s", config_errors);
    config_free(config);
    setenv("RIGGER_CONFIG", "/nonexistent/rigger.conf", 1);
    ck_assert_ptr_null(config_fixture_load_path(NULL));
    ck_assert_ptr_nonnull(strstr(config_errors, "/nonexistent/rigger.conf: cannot be read: "));
}
END_TEST

START_TEST(a_file_without_secrets_may_be_open)
{
    static const char with_password[] = "[database]\ndsn = password=x\n" LAUNCH ATTESTATION;
    static const char without[] = DATABASE LAUNCH ATTESTATION;

    setenv("RIGGER_LAUNCH_LAUNCH_SECRET", LAUNCH_SECRET, 1);
    setenv("RIGGER_LAUNCH_IP_CHECK_SALT", SALT, 1);
    config_fixture_write(config_path, without, strlen(without), 0644);
    struct config *config = config_fixture_load_path(config_path);
    ck_assert_msg(config != NULL, "%s", config_errors);
    config_free(config);

    config_fixture_write(config_path, with_password, strlen(with_password), 0644);
    ck_assert_ptr_null(config_fixture_load_path(config_path));
    ck_assert_ptr_nonnull(strstr(config_errors, "run chmod o= "));
}
END_TEST

static const struct {
    const char *content;
    size_t length;
    mode_t mode;
    const char *told; /* NULL: accepted */
} secret_files[] = {
    { LAUNCH_SECRET, 20, 0400, NULL },
    { LAUNCH_SECRET "\n", 21, 0640, NULL },
    { LAUNCH_SECRET "\r\n", 22, 0600, NULL },
    { LAUNCH_SECRET, 20, 0644, "run chmod o= " },
    { LAUNCH_SECRET, 20, 0602, "run chmod o= " },
    { LAUNCH_SECRET "\n\n", 22, 0600, "on one line" },
    { LAUNCH_SECRET "\nx\n", 23, 0600, "on one line" },
    { "d1f2a7c44b0e9f6a\0c3b", 20, 0600, "on one line" },
    { "short", 5, 0600, "not fit for a secret" },
    { "", 0, 0600, "not fit for a secret" },
};

START_TEST(a_secret_may_stand_in_a_file_of_its_own)
{
    char text[1024];

    config_fixture_write(config_secret_path, secret_files[_i].content, secret_files[_i].length,
                         secret_files[_i].mode);
    snprintf(text, sizeof(text),
             DATABASE LAUNCH "ip_check_salt = " SALT "\nlaunch_secret = @%s\n" ATTESTATION,
             config_secret_path);
    if (secret_files[_i].told != NULL) {
        config_fixture_refuse(text, secret_files[_i].told);
        return;
    }
    struct config *config = config_fixture_load_good(text);
    ck_assert_str_eq(config->launch.launch_secret.text, LAUNCH_SECRET);
    ck_assert_uint_eq(config->launch.launch_secret.length, strlen(LAUNCH_SECRET));
    config_free(config);
}
END_TEST

START_TEST(lines_may_be_long_but_not_endless)
{
    char text[8192], group[4096];
    int room = 4095 - (int)strlen("socket_group = ");

    memset(group, 'g', sizeof(group));
    group[room] = '\0';
    snprintf(text, sizeof(text), MINIMUM "[server]\nsocket_group = %s\n", group);
    struct config *config = config_fixture_load_good(text);
    ck_assert_uint_eq(strlen(config->server.socket_group), (size_t)room);
    config_free(config);

    group[room] = 'g';
    group[room + 1] = '\0';
    snprintf(text, sizeof(text), MINIMUM "[server]\nsocket_group = %s\n", group);
    config_fixture_refuse(text, ":12: longer than 4095 bytes");
}
END_TEST

START_TEST(a_launch_key_is_taken_as_it_is_written_and_never_dumped)
{
    struct config *config = config_fixture_load_good(
        DATABASE LAUNCH "ip_check_salt = " SALT "\nlaunch_key = " LAUNCH_SECRET "\n" ATTESTATION);
    char *text = dump(config);

    ck_assert_str_eq(config->launch.launch_key.text, LAUNCH_SECRET);
    ck_assert_ptr_null(config->launch.launch_secret.text);
    ck_assert_ptr_null(strstr(text, LAUNCH_SECRET));
    ck_assert_ptr_nonnull(strstr(text, "\nlaunch_key = ********\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nlaunch_secret = \n"));
    free(text);
    config_free(config);
}
END_TEST

START_TEST(a_weak_secret_of_others_is_taken_and_named)
{
    struct config *config = config_fixture_load_good(
        MINIMUM "[events]\nredis_password = 8fj\n[launch]\naccount_encryption_key = secret\n");
    const struct setting *setting;
    const char *why = NULL;

    ck_assert_str_eq(config->launch.account_encryption_key.text, "secret");
    setting = config_next_weak(config, NULL, &why);
    ck_assert_str_eq(setting->key, "account_encryption_key");
    ck_assert_str_eq(why, "it is shorter than 16 bytes");
    setting = config_next_weak(config, setting, &why);
    ck_assert_str_eq(setting->key, "redis_password");
    ck_assert_ptr_null(config_next_weak(config, setting, &why));
    config_free(config);
    config = config_fixture_load_good(MINIMUM "[launch]\naccount_encryption_key = " LAUNCH_SECRET "\n");
    ck_assert_ptr_null(config_next_weak(config, NULL, &why));
    config_free(config);
}
END_TEST

START_TEST(a_dump_shows_every_setting_and_no_secret)
{
    struct config *config = config_fixture_load_good(
        "[database]\ndsn = postgresql://u:pass-word@h/d\n" LAUNCH SECRETS ATTESTATION);
    char *text = dump(config), line[128];

    ck_assert_ptr_null(strstr(text, LAUNCH_SECRET));
    ck_assert_ptr_null(strstr(text, SALT));
    ck_assert_ptr_null(strstr(text, "pass-word"));
    ck_assert_ptr_nonnull(strstr(text, "\ndsn = postgresql://u:********@h/d\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nlaunch_secret = ********\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nsocket_mode = 0660\n"));
    ck_assert_ptr_nonnull(strstr(text, "\nenvironment = none\n"));
    for (size_t i = 0; i < config_setting_count; i++) {
        snprintf(line, sizeof(line), "\n%s = ", config_settings[i].key);
        ck_assert_msg(strstr(text, line) != NULL, "%s is missing", config_settings[i].key);
        ck_assert_msg(strstr(text, config_settings[i].doc) != NULL, "%s is not explained",
                      config_settings[i].key);
    }
    free(text);
    config_free(config);
}
END_TEST

START_TEST(a_dump_loads_again)
{
    struct config *config = config_fixture_load_good(
        "[server]\nfast_socket = /x/f ;a #b\nsocket_mode = 0640\nsocket_group = www\nfast_workers = "
        "11\nbase_path = /b\n"
        "trusted_proxies = unix, ::1\nlog_level = error\n" MINIMUM
        "[database]\nprepared_statements = no\n[launch]\naccept_wrapped_signatures = 1\nown_addresses = "
        "1.2.3.4\n"
        "[attestation]\nproof_of_work = graval\ngraval_url = http://g\nmatmul_n = "
        "512\n[background]\nreap_interval_ms = 100\n");
    char *first = dump(config);

    config_free(config);
    setenv("RIGGER_LAUNCH_LAUNCH_SECRET", LAUNCH_SECRET, 1);
    setenv("RIGGER_LAUNCH_IP_CHECK_SALT", SALT, 1);
    config = config_fixture_load_good(first);
    char *second = dump(config);
    ck_assert_str_eq(first, second);
    ck_assert_str_eq(config->server.fast_socket, "/x/f ;a #b");
    ck_assert(!config->database.prepared_statements);
    ck_assert_int_eq(config->attestation.proof_of_work, PROOF_GRAVAL);
    free(first);
    free(second);
    config_free(config);
}
END_TEST

Suite *config_suite(void)
{
    Suite *suite = suite_create("core/config");
    TCase *tests = tcase_create("config");

    tcase_add_checked_fixture(tests, config_fixture_set_up, config_fixture_tear_down);
    tcase_add_test(tests, the_least_configuration_takes_every_default);
    tcase_add_test(tests, every_setting_is_in_the_table_once);
    tcase_add_test(tests, the_file_is_read_as_it_is_written);
    tcase_add_test(tests, a_value_may_hold_what_looks_like_a_comment);
    tcase_add_test(tests, the_environment_goes_over_the_file);
    tcase_add_test(tests, the_environment_can_name_the_file);
    tcase_add_test(tests, a_file_without_secrets_may_be_open);
    tcase_add_loop_test(tests, a_secret_may_stand_in_a_file_of_its_own, 0, COUNT(secret_files));
    tcase_add_test(tests, lines_may_be_long_but_not_endless);
    tcase_add_test(tests, a_launch_key_is_taken_as_it_is_written_and_never_dumped);
    tcase_add_test(tests, a_weak_secret_of_others_is_taken_and_named);
    tcase_add_test(tests, a_dump_shows_every_setting_and_no_secret);
    tcase_add_test(tests, a_dump_loads_again);
    suite_add_tcase(suite, tests);
    return suite;
}
