/* Replies of Redis, or of whoever is there: a message counts as published only where nothing is complained
 * of. */
#include "net/redis.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define TIMEOUT_MS 100

void fuzz_redis(const unsigned char *data, size_t size);

void fuzz_redis(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    const char *url = arena_printf(arena, "redis://127.0.0.1:%d/0", fuzz_peer_answers(data, size));
    struct redis *redis = redis_create(url, "password of redis", TIMEOUT_MS);

    FUZZ_CHECK(redis != NULL);
    if (redis_publish(redis, "channel", "message"))
        FUZZ_CHECK(redis_error(redis)[0] == '\0');
    else
        FUZZ_CHECK(redis_error(redis)[0] != '\0' && strstr(redis_error(redis), "password of redis") == NULL);
    redis_free(redis);
}
