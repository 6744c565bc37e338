/* Tables of sets of places, without a lock, since a process may be killed at any moment: what two of them do
 * to one place at once makes a bucket a little fuller or emptier, and no more. */
#include "metrics/rate.h"

#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#define SETS          4096
#define PLACES        8 /* of a set */
#define MINUTE_US     60000000
#define US_PER_MS     1000
#define DIGEST_BYTES  16
#define DIGEST_SECRET crypto_generichash_KEYBYTES

struct place {
    _Atomic uint64_t name;   /* of its digest; 0: nobody */
    _Atomic int64_t full_us; /* on clock_monotonic_us: when the bucket is full */
};

struct rates {
    unsigned char secret[DIGEST_SECRET];
    bool has_secret;
    struct place places[RATE_TABLE_COUNT][SETS][PLACES];
};

static struct rates own;
static struct rates *shared = &own;

static void make_secret(struct rates *rates)
{
    randombytes_buf(rates->secret, sizeof(rates->secret));
    rates->has_secret = true;
}

bool rate_share(void)
{
    void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return false;
    shared = memory;
    make_secret(shared);
    return true;
}

struct rate rate_per_minute(int64_t per_minute, int64_t burst)
{
    return (struct rate){ .interval_us = per_minute == 0 ? 0 : MINUTE_US / per_minute, .burst = burst };
}

/* The bucket of that name. It takes a place that nobody has, or that of the fullest bucket. */
static struct place *find_place(enum rate_table table, const void *name, size_t length)
{
    uint64_t digest[DIGEST_BYTES / sizeof(uint64_t)];
    struct place *set, *fullest;

    if (!shared->has_secret)
        make_secret(shared);
    crypto_generichash((unsigned char *)digest, sizeof(digest), name, length, shared->secret, DIGEST_SECRET);
    digest[0] |= 1;
    fullest = set = shared->places[table][digest[1] % SETS];
    for (size_t i = 0; i < PLACES; i++) {
        if (atomic_load(&set[i].name) == digest[0])
            return &set[i];
        /* rule: rate.fullest_goes */
        if (atomic_load(&set[i].full_us) < atomic_load(&fullest->full_us))
            fullest = &set[i];
    }
    atomic_store(&fullest->full_us, 0);
    atomic_store(&fullest->name, digest[0]);
    return fullest;
}

/* In how many ms one may be taken out of a bucket, rounded up; 0: now. *after_us: when it is full then. */
static int64_t wait_ms(int64_t full_us, const struct rate *rate, int64_t now_us, int64_t *after_us)
{
    int64_t wait_us;

    *after_us = (full_us > now_us ? full_us : now_us) + rate->interval_us;
    wait_us = *after_us - now_us - rate->burst * rate->interval_us;
    return wait_us <= 0 ? 0 : (wait_us + US_PER_MS - 1) / US_PER_MS;
}

int64_t rate_take(enum rate_table table, const void *name, size_t length, const struct rate *rate,
                  int64_t now_us)
{
    struct place *place;
    int64_t full_us, after_us, ms;

    if (rate->interval_us == 0)
        return 0;
    place = find_place(table, name, length);
    full_us = atomic_load(&place->full_us);
    do {
        ms = wait_ms(full_us, rate, now_us, &after_us);
        /* rule: rate.empty */
        if (ms > 0)
            return ms;
    } while (!atomic_compare_exchange_weak(&place->full_us, &full_us, after_us));
    return 0;
}

int64_t rate_look(enum rate_table table, const void *name, size_t length, const struct rate *rate,
                  int64_t now_us)
{
    int64_t after_us;

    if (rate->interval_us == 0)
        return 0;
    return wait_ms(atomic_load(&find_place(table, name, length)->full_us), rate, now_us, &after_us);
}
