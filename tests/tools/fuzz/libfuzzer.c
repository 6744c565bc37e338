/* libFuzzer's two functions: every input goes to the target that RIGGER_FUZZ_TARGET names. Run by ./dev fuzz,
 * linked by clang, which brings main(). */
#include "fuzz/fuzz.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    target = fuzz_find(getenv("RIGGER_FUZZ_TARGET"));
    if (target == NULL) {
        fputs("RIGGER_FUZZ_TARGET names no target\n", stderr);
        exit(EXIT_FAILURE);
    }
    fuzz_begin();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target->run(data, size);
    return 0;
}
