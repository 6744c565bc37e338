/* How long a proof of matmul takes this machine's CPU at each n that the setting matmul_n allows, and which
 * of them is too much work for a time limit. Called by riggerctl calibrate. Asks no database and prints
 * nothing. */
#ifndef RIGGER_CTL_CALIBRATION_H
#define RIGGER_CTL_CALIBRATION_H

#include "client/matmul_prover.h"
#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

#define CALIBRATION_SIZES 7  /* powers of two from MATMUL_N_MIN to MATMUL_N_MAX */
#define CALIBRATION_ROWS  16 /* that the verifier computes besides the secret one: matmul_rows by default */

/* Times in microseconds, for one iteration (k = 1). */
struct calibration_size {
    uint32_t n;
    int64_t one_thread_us, all_threads_us; /* of the reference prover */
    int64_t verifier_us;                   /* on one thread */
};

struct calibration {
    unsigned threads;  /* all: 1 … MATMUL_PROVER_THREADS_MAX */
    unsigned measured; /* the first so many sizes; those after them are estimated */
    bool no_memory;    /* this, and not the time, ended the measuring */
    struct calibration_size sizes[CALIBRATION_SIZES];
};

/* Measures from the smallest n upwards, as long as the next one should end within seconds from now, and
 * estimates the others. The smallest is measured in any case. MATMUL_SOLVED, or what kept the smallest from
 * being measured. */
enum matmul_result calibration_measure(struct calibration *calibration, unsigned threads,
                                       long seconds) MUST_CHECK;

/* Fills in all sizes after the first `measured` (at least one): for twice the n eight times the prover's
 * time, O(n^3), and four times the verifier's, O(n^2). */
void calibration_estimate(struct calibration *calibration);

/* What a prover on all threads takes for so many iterations, in seconds: the time of one, multiplied. That is
 * a little too much, since k iterations make k + 1 matrices and not 2k. */
double calibration_takes_s(const struct calibration_size *size, int64_t iterations);

/* The smallest size at which a prover on all threads takes longer than the limit; NULL: none does. */
const struct calibration_size *calibration_choose(const struct calibration *calibration, int64_t iterations,
                                                  int64_t limit_ms) MUST_CHECK;

#endif
