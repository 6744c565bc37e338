/* Runs every suite of unit tests; the list is the whole content. CK_* variables of Check choose output and
 * forks. */
#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

Suite *arena_suite(void);
Suite *buf_suite(void);
Suite *log_suite(void);
Suite *secret_suite(void);
Suite *config_suite(void);
Suite *config_faults_suite(void);
Suite *dsn_suite(void);
Suite *encode_suite(void);
Suite *version_suite(void);
Suite *command_suite(void);
Suite *client_address_suite(void);
Suite *api_key_suite(void);
Suite *ss58_suite(void);
Suite *keccak_suite(void);
Suite *merlin_suite(void);
Suite *sr25519_suite(void);
Suite *hotkey_suite(void);
Suite *jwt_suite(void);
Suite *launch_token_suite(void);
Suite *aes_suite(void);
Suite *envdump_suite(void);
Suite *host_suite(void);
Suite *ports_suite(void);
Suite *fields_suite(void);
Suite *router_suite(void);
Suite *request_suite(void);
Suite *matmul_suite(void);
Suite *matmul_prover_suite(void);
Suite *slot_suite(void);
Suite *tally_suite(void);
Suite *http_client_suite(void);
Suite *sqlstate_suite(void);
Suite *connection_suite(void);
Suite *reconnection_suite(void);
Suite *migrate_suite(void);
Suite *migrate_run_suite(void);

static Suite *(*const suites[])(void) = {
    arena_suite,          buf_suite,      log_suite,           secret_suite,       config_suite,
    config_faults_suite,  dsn_suite,      encode_suite,        version_suite,      command_suite,
    client_address_suite, api_key_suite,  ss58_suite,          keccak_suite,       merlin_suite,
    sr25519_suite,        hotkey_suite,   jwt_suite,           launch_token_suite, aes_suite,
    host_suite,           envdump_suite,  ports_suite,         fields_suite,       router_suite,
    request_suite,        matmul_suite,   matmul_prover_suite, slot_suite,         tally_suite,
    http_client_suite,    sqlstate_suite, connection_suite,    reconnection_suite, migrate_suite,
    migrate_run_suite,
};

int main(void)
{
    SRunner *runner = srunner_create(NULL);
    int failed;

    if (sodium_init() < 0) {
        fprintf(stderr, "libsodium could not be initialised\n");
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        srunner_add_suite(runner, suites[i]());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
