/* A small cache in the memory of one process: entries are found by a digest, each lasts until its time, and a
 * new one takes the place of the oldest. It never grows, so that no stranger can make it grow. Not for
 * several threads at once. */
#ifndef RIGGER_CORE_RING_CACHE_H
#define RIGGER_CORE_RING_CACHE_H

#include "core/attributes.h"

#include <stddef.h>
#include <stdint.h>

#define RING_CACHE_KEY_BYTES 32

struct ring_cache_entry {
    unsigned char key[RING_CACHE_KEY_BYTES];
    int64_t until_ms;
};

struct ring_cache {
    struct ring_cache_entry *entries;
    unsigned char *values;
    size_t count, value_bytes, next;
};

/* Defines the static cache NAME of COUNT entries, each with a value of that type. */
#define RING_CACHE(NAME, COUNT, type)                                                                        \
    static struct ring_cache_entry NAME##_entries[COUNT];                                                    \
    static type NAME##_values[COUNT];                                                                        \
    static struct ring_cache NAME = { NAME##_entries, (unsigned char *)NAME##_values, COUNT, sizeof(type), 0 }

/* The value of key, valid until the next ring_cache_put; NULL: there is none at now_ms. Takes as long whether
 * and wherever it is found. */
void *ring_cache_find(const struct ring_cache *cache, const unsigned char key[RING_CACHE_KEY_BYTES],
                      int64_t now_ms) MUST_CHECK;

/* A place for the value of key, which counts before until_ms. What was in that place is zeroed. */
void *ring_cache_put(struct ring_cache *cache, const unsigned char key[RING_CACHE_KEY_BYTES],
                     int64_t until_ms) NEVER_NULL;

#endif
