/* See fuzz.h. */
#include "fuzz/fuzz.h"

#include "core/log.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_MAX_BYTES ((size_t)512 << 20)

const struct fuzz_target *fuzz_find(const char *name)
{
    for (const struct fuzz_target *target = fuzz_targets; name != NULL && target->name != NULL; target++) {
        if (strcmp(target->name, name) == 0)
            return target;
    }
    return NULL;
}

void fuzz_begin(void)
{
    if (sodium_init() < 0)
        abort();
    signal(SIGPIPE, SIG_IGN);
    log_configure(LOG_LEVEL_ERROR + 1, "fuzz");
}

void fuzz_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

struct arena *fuzz_arena(void)
{
    static struct arena *arena;

    if (arena == NULL)
        arena = arena_create(ARENA_MAX_BYTES);
    arena_reset(arena);
    return arena;
}

char *fuzz_text(struct arena *arena, const unsigned char *data, size_t size)
{
    size_t length = size == 0 ? 0 : strnlen((const char *)data, size);
    char *text = malloc(length + 1);

    if (text == NULL)
        abort();
    if (length > 0)
        memcpy(text, data, length);
    text[length] = '\0';
    arena_defer(arena, free, text);
    return text;
}

char *fuzz_line(struct arena *arena, struct fuzz_rest *rest)
{
    const unsigned char *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);
    size_t length = end == NULL ? rest->size : (size_t)(end - rest->data);
    char *line = fuzz_text(arena, rest->data, length);

    length += end == NULL ? 0 : 1;
    rest->data += length;
    rest->size -= length;
    return line;
}

unsigned fuzz_byte(struct fuzz_rest *rest)
{
    if (rest->size == 0)
        return 0;
    rest->size--;
    return *rest->data++;
}
