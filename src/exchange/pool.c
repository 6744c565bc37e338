/* The names of the pools; sockets, processes, logs and metrics all take them from here. */
#include "exchange/pool.h"

const char *pool_name(enum pool pool)
{
    static const char *const names[] = { [POOL_ANY] = "any", [POOL_FAST] = "fast", [POOL_SLOW] = "slow" };

    return names[pool];
}
