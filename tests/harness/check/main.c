/* Runs the unit tests: all of them, or those of whose names or files WORD is a part. CK_* variables of Check
 * choose output and forks. */
#include "check/suites.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HANG_S "600" /* limit of one test: it ends what hangs, and nothing that a slow machine makes slow */

static const char *word = "";
static int added;

void __real__tcase_add_test(TCase *cases, const TTest *test, int signal, int exit_value, int start, int end);
void __wrap__tcase_add_test(TCase *cases, const TTest *test, int signal, int exit_value, int start, int end);

/* Check chooses by suite and case alone; the linker puts this before the function by which every test is
 * added. */
void __wrap__tcase_add_test(TCase *cases, const TTest *test, int signal, int exit_value, int start, int end)
{
    if (strstr(test->name, word) == NULL && strstr(test->file, word) == NULL)
        return;
    added++;
    __real__tcase_add_test(cases, test, signal, exit_value, start, end);
}

int main(int count, char **arguments)
{
    /* Suites without a test left are not run: their fixtures would start servers for nothing. */
    SRunner *runner = srunner_create(NULL), *idle = srunner_create(NULL);
    int failed;

    if (count > 1)
        word = arguments[1];
    setenv("CK_DEFAULT_TIMEOUT", HANG_S, 0);
    if (sodium_init() < 0) {
        fprintf(stderr, "libsodium could not be initialised\n");
        return EXIT_FAILURE;
    }
    for (size_t i = 0; suites[i] != NULL; i++) {
        int before = added;
        Suite *suite = suites[i]();

        srunner_add_suite(added > before ? runner : idle, suite);
    }
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    srunner_free(idle);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
