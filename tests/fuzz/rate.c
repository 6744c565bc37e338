/* Who asks when, two bytes each, behind one for how often he may: nobody gets more than his burst and what
 * has come since, nobody is refused what is his, whatever others did, and looking takes nothing. */
#include "metrics/rate.h"
#include "fuzz/fuzz.h"

#define NAMES     8 /* as many as a set has places */
#define GAP_US    ((int64_t)1000)
#define US_PER_MS 1000
#define INTERVAL  ((int64_t)100000)

void fuzz_rate(const unsigned char *data, size_t size);

void fuzz_rate(const unsigned char *data, size_t size)
{
    static int64_t now_us = 1; /* an input begins when the buckets of the one before are full again */
    struct fuzz_rest rest = { data, size };
    const struct rate rate = { .interval_us = INTERVAL, .burst = 1 + fuzz_byte(&rest) % 16 };
    int64_t owed_us[NAMES] = { 0 }; /* what each has taken and has not come again, in time */

    now_us += 1000 * INTERVAL;
    while (rest.size > 1) {
        unsigned char name = (unsigned char)(fuzz_byte(&rest) % NAMES);
        int64_t gap_us = fuzz_byte(&rest) * GAP_US, seen, wait;

        now_us += gap_us;
        for (int i = 0; i < NAMES; i++)
            owed_us[i] = owed_us[i] > gap_us ? owed_us[i] - gap_us : 0;
        seen = rate_look(RATE_ADDRESSES, &name, sizeof(name), &rate, now_us);
        wait = rate_take(RATE_ADDRESSES, &name, sizeof(name), &rate, now_us);
        FUZZ_CHECK(seen == wait && wait >= 0);
        FUZZ_CHECK((wait == 0) == (owed_us[name] + INTERVAL <= rate.burst * INTERVAL));
        if (wait == 0)
            owed_us[name] += INTERVAL;
        else
            FUZZ_CHECK((wait - 1) * US_PER_MS < owed_us[name] + INTERVAL - rate.burst * INTERVAL &&
                       wait * US_PER_MS >= owed_us[name] + INTERVAL - rate.burst * INTERVAL);
    }
}
