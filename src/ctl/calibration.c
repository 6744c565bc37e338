/* Times the reference prover and the verifier of matmul, and chooses the n that makes a time limit bind. */
#include "ctl/calibration.h"

#include "core/clock.h"

#define ARENA_MAX_BYTES     ((size_t)1 << 20)
#define GROWTH_OF_PROVING   8 /* for twice the n */
#define GROWTH_OF_VERIFYING 4
#define US_PER_S            1000000

static enum matmul_result time_prover(const struct matmul_challenge *challenge,
                                      const unsigned char tag[MATMUL_TAG_BYTES], unsigned threads,
                                      struct arena *arena, struct matmul_solution *solution, int64_t *took_us)
{
    const struct matmul_effort effort = { .threads = threads };
    const int64_t begun_us = clock_monotonic_us();
    enum matmul_result result = matmul_prove(challenge, tag, &effort, arena, solution);

    *took_us = clock_monotonic_us() - begun_us;
    return result;
}

static enum matmul_result measure_size(struct calibration_size *size, unsigned threads, struct arena *arena)
{
    const struct matmul_challenge challenge = {
        .uuid = "calibrate", .seed = 1, .iterations = 1, .n = size->n
    };
    const uint32_t secret_row = size->n / 2;
    unsigned char digests[1][MATMUL_DIGEST_BYTES], tag[MATMUL_TAG_BYTES];
    struct matmul_solution solution;
    enum matmul_result result;
    bool valid = false;
    int64_t begun_us;

    if (!matmul_rows(&challenge, &secret_row, 1, digests))
        return MATMUL_NO_MEMORY;
    matmul_tag(digests[0], tag);
    result = time_prover(&challenge, tag, 1, arena, &solution, &size->one_thread_us);
    size->all_threads_us = size->one_thread_us;
    if (result == MATMUL_SOLVED && threads > 1)
        result = time_prover(&challenge, tag, threads, arena, &solution, &size->all_threads_us);
    if (result != MATMUL_SOLVED)
        return result;
    begun_us = clock_monotonic_us();
    if (!matmul_verify(&challenge, secret_row, CALIBRATION_ROWS, solution.work_product, &valid))
        return MATMUL_NO_MEMORY;
    size->verifier_us = clock_monotonic_us() - begun_us;
    return valid ? MATMUL_SOLVED : MATMUL_NO_ROW;
}

enum matmul_result calibration_measure(struct calibration *calibration, unsigned threads, long seconds)
{
    const int64_t end_us = clock_monotonic_us() + (int64_t)seconds * US_PER_S;
    struct arena *arena = arena_create(ARENA_MAX_BYTES);
    enum matmul_result result = MATMUL_SOLVED;
    int64_t took_us = 0;

    *calibration = (struct calibration){ .threads = threads };
    for (unsigned i = 0; i < CALIBRATION_SIZES; i++) {
        const int64_t begun_us = clock_monotonic_us();

        calibration->sizes[i].n = (uint32_t)MATMUL_N_MIN << i;
        if (i > 0 && begun_us + GROWTH_OF_PROVING * took_us > end_us)
            break;
        result = measure_size(&calibration->sizes[i], threads, arena);
        if (result != MATMUL_SOLVED)
            break;
        calibration->measured++;
        took_us = clock_monotonic_us() - begun_us;
        arena_reset(arena);
    }
    arena_free(arena);
    calibration->no_memory = result == MATMUL_NO_MEMORY;
    if (calibration->measured == 0 || (result != MATMUL_SOLVED && result != MATMUL_NO_MEMORY))
        return result;
    calibration_estimate(calibration);
    return MATMUL_SOLVED;
}

void calibration_estimate(struct calibration *calibration)
{
    for (unsigned i = calibration->measured; i < CALIBRATION_SIZES; i++) {
        const struct calibration_size *half = &calibration->sizes[i - 1];

        calibration->sizes[i] = (struct calibration_size){
            .n = 2 * half->n,
            .one_thread_us = GROWTH_OF_PROVING * half->one_thread_us,
            .all_threads_us = GROWTH_OF_PROVING * half->all_threads_us,
            .verifier_us = GROWTH_OF_VERIFYING * half->verifier_us,
        };
    }
}

double calibration_takes_s(const struct calibration_size *size, int64_t iterations)
{
    return (double)size->all_threads_us * (double)iterations / US_PER_S;
}

const struct calibration_size *calibration_choose(const struct calibration *calibration, int64_t iterations,
                                                  int64_t limit_ms)
{
    for (unsigned i = 0; i < CALIBRATION_SIZES; i++) {
        if (calibration_takes_s(&calibration->sizes[i], iterations) > (double)limit_ms / 1000)
            return &calibration->sizes[i];
    }
    return NULL;
}
