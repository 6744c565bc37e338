/* Replies of Redis, or of whoever is there: a message counts as published only where nothing is complained
 * of. */
#include "net/redis.h"
#include "fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_MS 100

void fuzz_redis(const unsigned char *data, size_t size);

void fuzz_redis(const unsigned char *data, size_t size)
{
    char path[64], url[80];
    struct redis *redis;

    snprintf(path, sizeof(path), "/tmp/rigger-fuzz-redis-%d", (int)getpid());
    snprintf(url, sizeof(url), "unix:%s", path);
    fuzz_peer_answers(path, data, size);
    redis = redis_create(url, "password of redis", TIMEOUT_MS);
    FUZZ_CHECK(redis != NULL);
    if (redis_publish(redis, "channel", "message"))
        FUZZ_CHECK(redis_error(redis)[0] == '\0');
    else
        FUZZ_CHECK(redis_error(redis)[0] != '\0' && strstr(redis_error(redis), "password of redis") == NULL);
    redis_free(redis);
    unlink(path);
}
