/* The URL of a Redis: what is accepted carries no password. */
#include "fuzz/fuzz.h"
#include "net/redis.h"

#include <string.h>

void fuzz_redis_url(const unsigned char *data, size_t size);

void fuzz_redis_url(const unsigned char *data, size_t size)
{
    const char *url = fuzz_text(fuzz_arena(), data, size);

    if (redis_url_is_valid(url))
        FUZZ_CHECK(strncmp(url, "unix:/", 6) == 0 || (strchr(url, '@') == NULL && strchr(url, ' ') == NULL));
}
