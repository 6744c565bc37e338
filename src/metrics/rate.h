/* How often somebody asks: token buckets in memory that all processes under one master share, in tables that
 * never grow. auth/ decides who is counted, by names that are proven: an address that a connection came from,
 * a hotkey whose signature held.
 *
 * A bucket is one moment, that at which it is full again (the generic cell rate algorithm, ITU-T I.371). A
 * name has its place by a keyed hash, which nobody outside can choose. Where no place is free the bucket that
 * is nearest to full goes: forgetting one only makes it full, so nobody is locked out by the names of others,
 * and who has emptied his own would have to fill the places around it with names that are emptier still. */
#ifndef RIGGER_METRICS_RATE_H
#define RIGGER_METRICS_RATE_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names of different kinds, whose buckets take differently long, do not compete for places. */
enum rate_table {
    RATE_ADDRESSES,
    RATE_HOTKEYS,
    RATE_REPEATS,    /* hotkeys, by signatures that were seen before */
    RATE_SIGNATURES, /* which were */
    RATE_GUESSES,    /* wrong API keys, by address */
    RATE_TABLE_COUNT
};

/* So many at once, and one more each interval. */
struct rate {
    int64_t interval_us, burst; /* interval_us 0: as many as one likes */
};

/* Makes the memory that is shared; the master calls it before it forks. A process without a master counts for
 * itself alone. False: no memory. */
bool rate_share(void) MUST_CHECK;

/* per_minute 0: as many as one likes. */
struct rate rate_per_minute(int64_t per_minute, int64_t burst);

/* Takes one out of the bucket of that name. 0: it was there; else in how many ms one will be, and nothing was
 * taken. now_us is clock_monotonic_us. */
int64_t rate_take(enum rate_table table, const void *name, size_t length, const struct rate *rate,
                  int64_t now_us) MUST_CHECK;

/* The same, and takes nothing. */
int64_t rate_look(enum rate_table table, const void *name, size_t length, const struct rate *rate,
                  int64_t now_us) MUST_CHECK;

#endif
