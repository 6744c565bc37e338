/* Seconds of CPU and peak memory of rigger-matmul-v1: the prover on one thread beside the verifier with 17
 * rows, for k = 2. Each measurement is a process of its own, so that its peak is its own. Usage: bench_matmul
 * [N …] */
#include "attest/matmul.h"
#include "client/matmul_prover.h"
#include "core/arena.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ITERATIONS      2
#define ROWS            17
#define PROVER_N_MAX    4096 /* above, the prover would take minutes */
#define VERIFIER_ROUNDS 5    /* the best of */
#define ARENA_BYTES     ((size_t)1 << 20)

struct measurement {
    double seconds;
    double mebibytes;
};

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool verify(const struct matmul_challenge *challenge)
{
    unsigned char digests[ROWS][MATMUL_DIGEST_BYTES];
    uint32_t rows[ROWS];

    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = (i + 1) * (challenge->n / (ROWS + 1));
    return matmul_rows(challenge, rows, ROWS, digests);
}

static bool prove(const struct matmul_challenge *challenge)
{
    const struct matmul_effort effort = { .threads = 1 };
    unsigned char digest[1][MATMUL_DIGEST_BYTES], tag[MATMUL_TAG_BYTES];
    const uint32_t row = challenge->n / 2;
    struct matmul_solution solution;
    struct arena *arena = arena_create(ARENA_BYTES);
    bool solved;

    if (!matmul_rows(challenge, &row, 1, digest))
        return false;
    matmul_tag(digest[0], tag);
    solved = matmul_prove(challenge, tag, &effort, arena, &solution) == MATMUL_SOLVED && solution.row == row;
    arena_free(arena);
    return solved;
}

/* Runs `work` in a child, `rounds` times; the least CPU time and the peak of memory. */
static bool measure(bool (*work)(const struct matmul_challenge *), const struct matmul_challenge *challenge,
                    int rounds, struct measurement *measurement)
{
    double best = 0;
    struct rusage usage;
    int channel[2], status;
    bool told;
    pid_t child;

    if (pipe(channel) != 0)
        return false;
    child = fork();
    if (child == 0) {
        for (int i = 0; i < rounds; i++) {
            double started = cpu_seconds(), taken;

            if (!work(challenge))
                _exit(EXIT_FAILURE);
            taken = cpu_seconds() - started;
            best = i == 0 || taken < best ? taken : best;
        }
        _exit(write(channel[1], &best, sizeof(best)) == sizeof(best) ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(channel[1]);
    told = child > 0 && read(channel[0], &best, sizeof(best)) == sizeof(best);
    close(channel[0]);
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return false;
    measurement->seconds = best;
    measurement->mebibytes = (double)usage.ru_maxrss / 1024;
    return told && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
}

static bool print_row(uint32_t n)
{
    const struct matmul_challenge challenge = {
        .uuid = "bench", .seed = 4711, .iterations = ITERATIONS, .n = n
    };
    struct measurement prover, verifier;

    if (!measure(verify, &challenge, VERIFIER_ROUNDS, &verifier))
        return false;
    printf("%6u %14.4f %13.1f ", n, verifier.seconds, verifier.mebibytes);
    fflush(stdout);
    if (n > PROVER_N_MAX) {
        printf("%12s %11s %7s\n", "-", "-", "-");
        return true;
    }
    if (!measure(prove, &challenge, 1, &prover))
        return false;
    printf("%12.3f %11.1f %7.0f\n", prover.seconds, prover.mebibytes, prover.seconds / verifier.seconds);
    fflush(stdout);
    return true;
}

int main(int argc, char **argv)
{
    static const uint32_t usual[] = { 256, 512, 1024, 2048 };
    size_t count = argc > 1 ? (size_t)argc - 1 : sizeof(usual) / sizeof(usual[0]);

    if (sodium_init() < 0)
        return EXIT_FAILURE;
    printf("matmul, k = %d, %d rows; one thread, seconds of CPU\n", ITERATIONS, ROWS);
    printf("%6s %14s %13s %12s %11s %7s\n", "n", "verifier s", "verifier MiB", "prover s", "prover MiB",
           "ratio");
    fflush(stdout);
    for (size_t i = 0; i < count; i++) {
        uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[i + 1], NULL, 10) : usual[i];

        if (!print_row(n)) {
            fprintf(stderr, "bench_matmul: n = %u failed; powers of two from %d to %d work\n", n,
                    MATMUL_N_MIN, MATMUL_N_MAX);
            return EXIT_FAILURE;
        }
    }
    return EXIT_SUCCESS;
}
