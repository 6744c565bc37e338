/* core/config: every error is told, with its place and what to write instead, and nothing is let pass. */
#include "check/config_fixture.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

Suite *config_errors_suite(void);

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *line, *told;
} errors[] = {
    { "[server]\nfast_worker = 3",
      ":13: [server] fast_worker: no such setting: did you mean [server] fast_workers?" },
    { "[server]\nnetuid = 3", ":13: [server] netuid: no such setting: did you mean [launch] netuid?" },
    { "[server]\nzzzzzzzzzzzzzzzz = 3", ":13: [server] zzzzzzzzzzzzzzzz: no such setting" },
    { "[sever]\nfast_workers = 3", ":13: [sever]: no such section: did you mean [server]?" },
    { "[somewhere_else]\nx = 3", ":13: [somewhere_else]: no such section" },
    { "[server]\nfast_workers", ":13: not a setting" },
    { "[server\n", ":12: a section without its closing bracket" },
    { "[server]\nfast_workers = 3\nfast_workers = 3", ":14: [server] fast_workers: already set on line 13" },
    { "[server]\nfast_workers =",
      ":13: [server] fast_workers: not an integer: write a whole number from 1 to 512" },
    { "[server]\nfast_workers = 3x", ":13: [server] fast_workers: not an integer" },
    { "[server]\nfast_workers = 0x3", ":13: [server] fast_workers: not an integer" },
    { "[server]\nfast_workers = 3.0", ":13: [server] fast_workers: not an integer" },
    { "[server]\nfast_workers = -", ":13: [server] fast_workers: not an integer" },
    { "[server]\nfast_workers = +3", ":13: [server] fast_workers: not an integer" },
    { "[server]\nfast_workers = 0",
      ":13: [server] fast_workers: out of range: write a whole number from 1 to 512" },
    { "[server]\nfast_workers = -1", ":13: [server] fast_workers: out of range" },
    { "[server]\nfast_workers = 513", ":13: [server] fast_workers: out of range" },
    { "[server]\nfast_workers = 99999999999999999999", ":13: [server] fast_workers: out of range" },
    { "[server]\nsocket_mode = 0888", ":13: [server] socket_mode: not octal" },
    { "[server]\nsocket_mode = 1000",
      ":13: [server] socket_mode: out of range: write an octal number from 0000 to 0777" },
    { "[server]\nfast_socket = fast.sock", ":13: [server] fast_socket: not a socket's place" },
    { "[server]\nfast_socket = /run/rigger/slow.sock", "[server] slow_socket: must differ from fast_socket" },
    { "[server]\nworker_memory_mb = 127", ":13: [server] worker_memory_mb: out of range" },
    { "[server]\nclaim_body_max_bytes = 67108864", "[server] worker_memory_mb: too small: 96 MiB" },
    { "[server]\nbody_max_bytes = 67108864", "[server] worker_memory_mb: too small: 96 MiB" },
    { "[server]\nlog_level = verbose",
      ":13: [server] log_level: not one of the choices: write debug or info or warning or error" },
    { "[server]\nbase_path = api", ":13: [server] base_path: not a path prefix" },
    { "[server]\nbase_path = /api/", ":13: [server] base_path: not a path prefix" },
    { "[server]\nbase_path = /", ":13: [server] base_path: not a path prefix" },
    { "[server]\ntrusted_proxies = 10.0.0.0/33", ":13: [server] trusted_proxies: not a list of networks" },
    { "[server]\nmetrics_allow = localhost", ":13: [server] metrics_allow: not a list of networks" },
    { "[launch]\nown_addresses = 1.2.3", ":13: [launch] own_addresses: not a list of networks" },
    { "[launch]\nallow_private_hosts = maybe", ":13: [launch] allow_private_hosts: not a truth value" },
    { "[launch]\nallow_private_hosts =", ":13: [launch] allow_private_hosts: not a truth value" },
    { "[database]\nlock_timeout_ms = 3000",
      ":13: [database] lock_timeout_ms: is gone; waits for locks are the limits lock.waited_fast and "
      "lock.waited_slow of the database now: take it out" },
    { "[attestation]\nproof_of_work = none",
      ":13: [attestation] proof_of_work: not one of the choices: write matmul or graval" },
    { "[attestation]\nproof_of_work = graval",
      "[attestation] graval_url: missing: proof_of_work = graval needs it" },
    { "[attestation]\ngraval_url = ftp://x", ":13: [attestation] graval_url: not a base URL" },
    { "[attestation]\nfilesystem_command = tool {salt}",
      ":13: [attestation] filesystem_command: not a command" },
    { "[attestation]\nenvdump_salt = 00",
      ":13: [attestation] envdump_salt: is called old_env_dump_salt now: write that" },
    { "[attestation]\nenvironment_command = open", ":13: [attestation] environment_command: not a command" },
    { "[attestation]\nprograms_at_once = 0", ":13: [attestation] programs_at_once: out of range" },
    { "[attestation]\nmatmul_n = 300", ":13: [attestation] matmul_n: not a power of two" },
    { "[attestation]\nmatmul_n = 128", ":13: [attestation] matmul_n: out of range" },
    { "[attestation]\nmatmul_n = 32768", ":13: [attestation] matmul_n: out of range" },
    { "[attestation]\nmatmul_rows = 33", ":13: [attestation] matmul_rows: out of range" },
    { "[server]\nsocket_group = a\x01z", ":13: [server] socket_group: must not contain control characters" },
};

START_TEST(an_error_is_told_with_its_place_and_what_to_write)
{
    char text[2048];

    snprintf(text, sizeof(text), "%s\n%s\n", MINIMUM, errors[_i].line);
    ck_assert_uint_eq(config_fixture_count_lines(MINIMUM "\n"), 11);
    config_fixture_refuse(text, errors[_i].told);
    ck_assert_int_eq(strncmp(config_errors, config_path, strlen(config_path)), 0);
    ck_assert_msg(config_fixture_count_lines(config_errors) == 1, "more than one error:\n%s", config_errors);
}
END_TEST

static const struct {
    const char *text, *told;
} omissions[] = {
    { LAUNCH SECRETS ATTESTATION, "[database] dsn: required" },
    { DATABASE "[launch]\nvalidator_ss58 = " VALIDATOR "\n" SECRETS ATTESTATION,
      "[launch] public_url: required" },
    { DATABASE "[launch]\npublic_url = http://x\n" SECRETS ATTESTATION, "[launch] validator_ss58: required" },
    { DATABASE LAUNCH "ip_check_salt = " SALT "\n" ATTESTATION, "[launch] launch_secret: " },
    { DATABASE LAUNCH "launch_secret = " LAUNCH_SECRET "\n" ATTESTATION, "[launch] ip_check_salt: " },
    { DATABASE LAUNCH SECRETS "[attestation]\nfilesystem = none\n",
      "[attestation] environment: required, there is no default: write none or command or old_env_dump" },
    { DATABASE LAUNCH SECRETS "[attestation]\nenvironment = none\n",
      "[attestation] filesystem: required, there is no default: write none or command" },
    { "[database]\ndsn =\n" LAUNCH SECRETS ATTESTATION, ":2: [database] dsn: required" },
};

START_TEST(what_is_required_cannot_be_left_out)
{
    config_fixture_refuse(omissions[_i].text, omissions[_i].told);
    ck_assert_msg(config_fixture_count_lines(config_errors) == 1, "more than one error:\n%s", config_errors);
}
END_TEST

static const char *const bad_urls[] = { "api.example",          "ftp://api.example",    "https://",
                                        "https://api.example/", "https://a.example/b/", "https://a.example?x",
                                        "https://a b" };

START_TEST(a_bad_public_url_is_refused)
{
    char text[1024];

    snprintf(text, sizeof(text),
             DATABASE "[launch]\nvalidator_ss58 = " VALIDATOR "\npublic_url = %s\n" SECRETS ATTESTATION,
             bad_urls[_i]);
    config_fixture_refuse(text, ":5: [launch] public_url: not a base URL");
}
END_TEST

START_TEST(weak_secrets_are_refused_and_never_shown)
{
    config_fixture_refuse(DATABASE LAUNCH ATTESTATION
                          "[launch]\nlaunch_secret = changeme12345678\nip_check_salt = tooshort0815\n",
                          ":10: [launch] launch_secret: not fit for a secret");
    ck_assert_ptr_nonnull(
        strstr(config_errors, ":11: [launch] ip_check_salt: not fit for a secret, it is shorter"));
    ck_assert_ptr_null(strstr(config_errors, "changeme"));
    ck_assert_ptr_null(strstr(config_errors, "tooshort"));
}
END_TEST

START_TEST(exactly_one_way_to_sign_launch_tokens_is_set)
{
    config_fixture_refuse(DATABASE LAUNCH SECRETS "launch_key = " LAUNCH_SECRET "\n" ATTESTATION,
                          ":8: [launch] launch_key: launch_secret is set, too");
    ck_assert_uint_eq(config_fixture_count_lines(config_errors), 1);
    config_fixture_refuse(DATABASE LAUNCH "ip_check_salt = " SALT
                                          "\nlaunch_secret =\nlaunch_key =\n" ATTESTATION,
                          ":7: [launch] launch_secret: required, there is no default");
    config_fixture_refuse(DATABASE LAUNCH "ip_check_salt = " SALT
                                          "\nlaunch_key = changeme12345678\n" ATTESTATION,
                          ":7: [launch] launch_key: not fit for a secret");
    ck_assert_uint_eq(config_fixture_count_lines(config_errors), 1);
    ck_assert_ptr_null(strstr(config_errors, "changeme"));
    config_fixture_refuse(DATABASE LAUNCH "ip_check_salt = " SALT "\nlaunch_key = " SALT "\n" ATTESTATION,
                          ":6: [launch] ip_check_salt: must differ from launch_key");
}
END_TEST

START_TEST(the_key_that_the_python_service_has_by_default_is_refused)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(digest) + 1], text[1024];

    crypto_hash_sha256(digest, (const unsigned char *)"launch-secret", 13);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    snprintf(text, sizeof(text), DATABASE LAUNCH "ip_check_salt = " SALT "\nlaunch_key = %s\n" ATTESTATION,
             hex);
    config_fixture_refuse(text, ":7: [launch] launch_key: everybody knows it");
}
END_TEST

START_TEST(the_two_secrets_must_differ)
{
    config_fixture_refuse(DATABASE LAUNCH ATTESTATION "[launch]\nlaunch_secret = " SALT
                                                      "\nip_check_salt = " SALT "\n",
                          ":11: [launch] ip_check_salt: must differ from launch_secret");
}
END_TEST

/* The development account Alice of Substrate. */
#define ALICE "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
#define LAUNCH_OF(address)                                                                                   \
    "[launch]\npublic_url = https://api.example\nvalidator_ss58 = " address "\n" SECRETS
#define ALICE_SEED "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"

START_TEST(the_validator_s_seed_is_of_its_address)
{
    static const char told[] = "[launch] validator_seed: not the seed of validator_ss58";

    config_free(
        config_fixture_load_good(DATABASE LAUNCH_OF(ALICE) "validator_seed = " ALICE_SEED "\n" ATTESTATION));
    config_fixture_refuse(DATABASE LAUNCH_OF(ALICE) "validator_seed = " ALICE_SEED "00\n" ATTESTATION, told);
    config_fixture_refuse(
        DATABASE LAUNCH_OF("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty") "validator_seed = " ALICE_SEED
                                                                               "\n" ATTESTATION,
        told);
}
END_TEST

START_TEST(all_errors_are_told_at_once)
{
    setenv("RIGGER_SERVER_DRAIN", "1", 1);
    setenv("RIGGER_SERVER_DRAIN_MS", "soon", 1);
    config_fixture_refuse(
        "oops = 1\n[server]\nfast_workers = x\nslow_workers = y\n[nowhere_at_all]\na = 1\nb = 2\n",
        ":1: a setting before the first [section]");
    ck_assert_ptr_nonnull(strstr(config_errors, ":3: [server] fast_workers: not an integer"));
    ck_assert_ptr_nonnull(strstr(config_errors, ":4: [server] slow_workers: not an integer"));
    ck_assert_ptr_nonnull(
        strstr(config_errors, "RIGGER_SERVER_DRAIN: no such setting: did you mean RIGGER_SERVER_DRAIN_MS?"));
    ck_assert_ptr_nonnull(strstr(config_errors, "RIGGER_SERVER_DRAIN_MS: [server] drain_ms: not an integer"));
    /* Those five, one section, and the seven settings that are required. */
    ck_assert_msg(config_fixture_count_lines(config_errors) == 13, "%s", config_errors);
}
END_TEST

START_TEST(an_unknown_variable_is_refused)
{
    setenv("RIGGER_SERVER_FASTWORKERS", "9", 1);
    config_fixture_refuse(
        MINIMUM, "RIGGER_SERVER_FASTWORKERS: no such setting: did you mean RIGGER_SERVER_FAST_WORKERS?");
    ck_assert_uint_eq(config_fixture_count_lines(config_errors), 1);
}
END_TEST

START_TEST(what_was_called_otherwise_is_told_its_name_now)
{
    setenv("RIGGER_ATTESTATION_ENVDUMP_MASTER_KEY", "00", 1);
    config_fixture_refuse(MINIMUM, "RIGGER_ATTESTATION_ENVDUMP_MASTER_KEY: is called "
                                   "RIGGER_ATTESTATION_OLD_ENV_DUMP_MASTER_KEY now: set that");
    ck_assert_uint_eq(config_fixture_count_lines(config_errors), 1);
    unsetenv("RIGGER_ATTESTATION_ENVDUMP_MASTER_KEY");
    setenv("RIGGER_ATTESTATION_ENVIRONMENT", "envdump", 1);
    config_fixture_refuse(MINIMUM,
                          "[attestation] environment: envdump is called old_env_dump now: write that");
    ck_assert_uint_eq(config_fixture_count_lines(config_errors), 1);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_refused)
{
    ck_assert_ptr_null(config_fixture_load_path(config_path));
    ck_assert_ptr_nonnull(strstr(config_errors, strerror(ENOENT)));
    ck_assert_ptr_null(config_fixture_load_path(config_directory));
    ck_assert_ptr_nonnull(strstr(config_errors, strerror(EISDIR)));
}
END_TEST

START_TEST(a_file_with_secrets_must_not_be_open_to_everybody)
{
    config_fixture_write(config_path, MINIMUM, strlen(MINIMUM), 0644);
    ck_assert_ptr_null(config_fixture_load_path(config_path));
    ck_assert_ptr_nonnull(strstr(config_errors, "run chmod o= "));
    ck_assert_ptr_nonnull(strstr(config_errors, config_path));
    ck_assert_int_eq(chmod(config_path, 0640), 0);
    struct config *config = config_fixture_load_path(config_path);
    ck_assert_msg(config != NULL, "%s", config_errors);
    config_free(config);
}
END_TEST

START_TEST(a_secret_file_that_is_missing_is_told)
{
    config_fixture_refuse(DATABASE LAUNCH "ip_check_salt = " SALT
                                          "\nlaunch_secret = @/nonexistent/x\n" ATTESTATION,
                          "[launch] launch_secret: /nonexistent/x cannot be read: ");
}
END_TEST

START_TEST(a_nul_byte_is_told)
{
    static const char text[] = MINIMUM "[server]\nsocket_group = a\0b\n";

    config_fixture_write(config_path, text, sizeof(text) - 1, 0600);
    ck_assert_ptr_null(config_fixture_load_path(config_path));
    ck_assert_ptr_nonnull(strstr(config_errors, ":12: contains a NUL byte"));
}
END_TEST

START_TEST(a_provider_without_what_it_needs_is_refused)
{
    setenv("RIGGER_ATTESTATION_ENVIRONMENT", "old_env_dump", 1);
    config_fixture_refuse(
        MINIMUM, "[attestation] old_env_dump_master_key: missing: environment = old_env_dump needs it");
    setenv("RIGGER_ATTESTATION_OLD_ENV_DUMP_MASTER_KEY", "not hex but long enough", 1);
    config_fixture_refuse(MINIMUM, "[attestation] old_env_dump_master_key: not hex");
    setenv("RIGGER_ATTESTATION_ENVIRONMENT", "command", 1);
    config_fixture_refuse(MINIMUM,
                          "[attestation] environment_command: missing: environment = command needs it");
    setenv("RIGGER_ATTESTATION_FILESYSTEM", "command", 1);
    config_fixture_refuse(MINIMUM,
                          "[attestation] filesystem_command: missing: filesystem = command needs it");
}
END_TEST

Suite *config_errors_suite(void)
{
    Suite *suite = suite_create("core/config errors");
    TCase *tests = tcase_create("config errors");

    tcase_add_checked_fixture(tests, config_fixture_set_up, config_fixture_tear_down);
    tcase_add_loop_test(tests, an_error_is_told_with_its_place_and_what_to_write, 0, COUNT(errors));
    tcase_add_loop_test(tests, what_is_required_cannot_be_left_out, 0, COUNT(omissions));
    tcase_add_loop_test(tests, a_bad_public_url_is_refused, 0, COUNT(bad_urls));
    tcase_add_test(tests, the_validator_s_seed_is_of_its_address);
    tcase_add_test(tests, weak_secrets_are_refused_and_never_shown);
    tcase_add_test(tests, exactly_one_way_to_sign_launch_tokens_is_set);
    tcase_add_test(tests, the_key_that_the_python_service_has_by_default_is_refused);
    tcase_add_test(tests, the_two_secrets_must_differ);
    tcase_add_test(tests, all_errors_are_told_at_once);
    tcase_add_test(tests, an_unknown_variable_is_refused);
    tcase_add_test(tests, what_was_called_otherwise_is_told_its_name_now);
    tcase_add_test(tests, a_file_that_cannot_be_read_is_refused);
    tcase_add_test(tests, a_file_with_secrets_must_not_be_open_to_everybody);
    tcase_add_test(tests, a_secret_file_that_is_missing_is_told);
    tcase_add_test(tests, a_nul_byte_is_told);
    tcase_add_test(tests, a_provider_without_what_it_needs_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
