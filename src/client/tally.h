/* What many lives add up to: how long each step took, and which steps failed how often and why. Not for
 * several threads at once: report.c has the lock. */
#ifndef RIGGER_CLIENT_TALLY_H
#define RIGGER_CLIENT_TALLY_H

#include "client/life.h"
#include "core/attributes.h"

#include <stddef.h>
#include <stdint.h>

#define TALLY_FAILURE_KINDS 64 /* the rest is counted as one */
#define TALLY_DETAIL_BYTES  128

struct tally_step {
    int64_t *us; /* of every run; in order after tally_sort */
    size_t count, capacity;
};

/* Failures of one step with one status, and the first one's detail. */
struct tally_failure {
    size_t step, count;
    int status;
    char detail[TALLY_DETAIL_BYTES];
};

struct tally {
    struct tally_step steps[LIFE_STEP_COUNT];
    struct tally_failure failures[TALLY_FAILURE_KINDS];
    size_t failure_count; /* of kinds */
    size_t failed_lives;
};

/* Counts a step; detail: why it failed, NULL where it did not. Where memory is out, a time is not kept. */
void tally_add(struct tally *tally, size_t step, int64_t us, int status, const char *detail);

void tally_sort(struct tally *tally);

/* The nearest-rank percentile (1 to 100) of a sorted step, in milliseconds; 0 where there is none. */
double tally_percentile_ms(const struct tally_step *step, unsigned percent) MUST_CHECK;

void tally_free(struct tally *tally);

#endif
