/* The request's memory: blocks that only grow until the reset. It must not hand out NULL, nor hold secrets.
 */
#include "core/arena.h"

#include "core/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES ((size_t)16384)
#define ALIGNMENT   (_Alignof(max_align_t))

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct cleanup {
    struct cleanup *older;
    void (*run)(void *);
    void *object;
};

struct arena {
    size_t max_bytes, used_bytes; /* used_bytes: what was handed out since the reset, over all blocks */
    struct block *newest, *first;
    struct cleanup *cleanups;
};

/* _exit, not exit: nothing half-written may be flushed to a client on the way out. */
NO_RETURN static void give_up(const char *error, size_t bytes)
{
    log_event(LOG_LEVEL_ERROR, "%s: %zu bytes were asked for", error, bytes);
    _exit(EXIT_NO_MEMORY);
}

static struct block *block_create(size_t size)
{
    struct block *block = malloc(sizeof(*block) + size);

    if (block == NULL)
        give_up("out of memory", size);
    block->next = NULL;
    block->size = size;
    block->used = 0;
    return block;
}

struct arena *arena_create(size_t max_bytes)
{
    struct arena *arena = calloc(1, sizeof(*arena));

    if (arena == NULL)
        give_up("out of memory", sizeof(*arena));
    arena->max_bytes = max_bytes;
    arena->first = block_create(BLOCK_BYTES);
    arena->newest = arena->first;
    return arena;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    /* Checked before rounding up, so that the sum below cannot wrap. */
    if (bytes > arena->max_bytes || bytes > SIZE_MAX / 2)
        give_up("the request is over its memory limit", bytes);

    size_t rounded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded > arena->max_bytes - arena->used_bytes)
        give_up("the request is over its memory limit", bytes);

    if (rounded > arena->newest->size - arena->newest->used) {
        struct block *block = block_create(rounded > BLOCK_BYTES ? rounded : BLOCK_BYTES);
        block->next = arena->newest;
        arena->newest = block;
    }
    void *memory = arena->newest->bytes + arena->newest->used;
    arena->newest->used += rounded;
    arena->used_bytes += rounded;
    return memset(memory, 0, rounded);
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return arena_strndup(arena, text, strlen(text));
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    if (length == SIZE_MAX)
        give_up("the request is over its memory limit", length);

    char *copy = arena_alloc(arena, length + 1);
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        give_up("a text cannot be formatted", 0);

    char *text = arena_alloc(arena, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void arena_defer(struct arena *arena, void (*cleanup)(void *), void *object)
{
    if (object == NULL)
        return;

    struct cleanup *entry = arena_alloc(arena, sizeof(*entry));
    entry->older = arena->cleanups;
    entry->run = cleanup;
    entry->object = object;
    arena->cleanups = entry;
}

void arena_reset(struct arena *arena)
{
    for (struct cleanup *entry = arena->cleanups; entry != NULL; entry = entry->older)
        entry->run(entry->object);
    arena->cleanups = NULL;

    while (arena->newest != arena->first) {
        struct block *next = arena->newest->next;
        free(arena->newest);
        arena->newest = next;
    }
    arena->first->used = 0;
    arena->used_bytes = 0;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    arena_reset(arena);
    free(arena->first);
    free(arena);
}
