/* Looks at all entries each time: there are few. */
#include "core/ring_cache.h"

#include <sodium.h>
#include <string.h>

void *ring_cache_find(const struct ring_cache *cache, const unsigned char key[RING_CACHE_KEY_BYTES],
                      int64_t now_ms)
{
    void *found = NULL;

    for (size_t i = 0; i < cache->count; i++) {
        if (sodium_memcmp(cache->entries[i].key, key, RING_CACHE_KEY_BYTES) == 0 &&
            cache->entries[i].until_ms > now_ms)
            found = cache->values + i * cache->value_bytes;
    }
    return found;
}

void *ring_cache_put(struct ring_cache *cache, const unsigned char key[RING_CACHE_KEY_BYTES],
                     int64_t until_ms)
{
    size_t place = cache->next;
    unsigned char *value = cache->values + place * cache->value_bytes;

    cache->next = (place + 1) % cache->count;
    memcpy(cache->entries[place].key, key, RING_CACHE_KEY_BYTES);
    cache->entries[place].until_ms = until_ms;
    memset(value, 0, cache->value_bytes);
    return value;
}
