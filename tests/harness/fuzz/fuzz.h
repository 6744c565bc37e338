/* What the targets of tests/fuzz share. A target is a function `void fuzz_NAME(const unsigned char *data,
 * size_t size)` in tests/fuzz/NAME.c: it feeds a parser with the bytes, and asserts what must hold of what
 * the parser accepts. tests/tools/fuzz has the two programs that call it: libFuzzer's, which makes the bytes,
 * and the one that runs the seeds of tests/fuzz/seeds/NAME. */
#ifndef RIGGER_TESTS_FUZZ_H
#define RIGGER_TESTS_FUZZ_H

#include "core/arena.h"
#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

struct fuzz_target {
    const char *name;
    void (*run)(const unsigned char *data, size_t size);
};

/* Every target, by name; made by the build. The last has no name. */
extern const struct fuzz_target fuzz_targets[];

const struct fuzz_target *fuzz_find(const char *name);

/* What every program calls before the first target: no log, no signal for a closed pipe, libsodium. */
void fuzz_begin(void);

/* Ends the process with the condition's text unless it holds. */
#define FUZZ_CHECK(condition)                                                                                \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fuzz_fail(__FILE__, __LINE__, #condition);                                                       \
    } while (0)

NO_RETURN void fuzz_fail(const char *file, int line, const char *condition);

/* The arena of this input, emptied by the next fuzz_arena(). */
struct arena *fuzz_arena(void);

/* The bytes up to the first NUL, as a string in memory of its own size, so that a sanitizer sees a step
 * beyond its end. It lives on the arena's cleanups. */
char *fuzz_text(struct arena *arena, const unsigned char *data, size_t size);

/* Cuts the first line off an input, its newline not included. */
struct fuzz_rest {
    const unsigned char *data;
    size_t size;
};
char *fuzz_line(struct arena *arena, struct fuzz_rest *rest);

/* A number from the input's first byte, which is taken off; 0 where it is empty. */
unsigned fuzz_byte(struct fuzz_rest *rest);

/* Somebody who accepts connections of a loopback port and answers each with the bytes, whatever he was asked.
 * Starts at the first call. Returns the port. */
int fuzz_peer_answers(const unsigned char *data, size_t size);

/* The same, with the bytes as the body of an HTTP answer of status 200. */
int fuzz_peer_says(struct arena *arena, const unsigned char *data, size_t size);

#endif
