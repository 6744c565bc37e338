/* Runs every suite of unit tests. CK_* variables of Check choose output and forks. */
#include "check/suites.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    SRunner *runner = srunner_create(NULL);
    int failed;

    if (sodium_init() < 0) {
        fprintf(stderr, "libsodium could not be initialised\n");
        return EXIT_FAILURE;
    }
    for (size_t i = 0; suites[i] != NULL; i++)
        srunner_add_suite(runner, suites[i]());
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
