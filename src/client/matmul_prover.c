/* The whole product of "rigger-matmul-v1": threads share out panels of rows, a panel is multiplied tile by
 * tile. A row of the product depends on no other row, so that a panel's result takes its place in the same
 * matrix. */
#include "client/matmul_prover.h"

#include "core/encode.h"
#include "core/simd.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SLAB_COLUMNS 16  /* of a tile, multiplied at a time */
#define PANEL_ROWS   64  /* rows that a thread multiplies at a time */
#define TILE_ROWS    128 /* of the right matrix, repacked so that its lines follow one another in the cache */
#define TILE_COLUMNS 256
#define KERNEL_ROWS  4 /* of the panel: accumulators that fit into registers */
#define ALIGNMENT    64

/* What making and hashing a row costs where multiplying it costs n. Roughly: only the progress uses it. */
#define MAKE_WEIGHT   40
#define DIGEST_WEIGHT 80

struct prover {
    const struct matmul_challenge *challenge;
    const struct matmul_effort *effort;
    uint32_t *product, *factor;                    /* n × n words each */
    unsigned char (*digests)[MATMUL_DIGEST_BYTES]; /* of all rows */
    atomic_uint next_panel, finished_panels;       /* of the phase under way */
    double done, share;                            /* progress: all phases before this one, this one */
    bool (*work)(struct prover *prover, uint32_t first_row, uint32_t *scratch); /* the phase, for one panel */
    unsigned char key[32]; /* of the matrix that is being made */
    uint32_t *made;        /* where it is made */
};

static size_t scratch_words(uint32_t n)
{
    return (size_t)PANEL_ROWS * n + (size_t)TILE_ROWS * TILE_COLUMNS;
}

static bool cancelled(const struct prover *prover)
{
    return prover->effort->cancel != NULL && atomic_load(prover->effort->cancel);
}

/* Copies a tile of the factor as slabs, each slab's lines one after the other. */
static void pack_tile(const uint32_t *tile, uint32_t n, uint32_t *packed)
{
    for (uint32_t column = 0; column < TILE_COLUMNS; column += SLAB_COLUMNS) {
        for (uint32_t row = 0; row < TILE_ROWS; row++) {
            memcpy(packed, tile + (size_t)row * n + column, SLAB_COLUMNS * sizeof(uint32_t));
            packed += SLAB_COLUMNS;
        }
    }
}

/* KERNEL_ROWS rows of `left` times one slab, added to `sums`. left and sums have rows of n words. */
CLONED static void multiply_slab(const uint32_t *left, const uint32_t *slab, uint32_t *sums, size_t n)
{
    const lanes *line = (const lanes *)(const void *)slab;
    lanes *sum0 = (lanes *)(void *)sums, *sum1 = (lanes *)(void *)(sums + n);
    lanes *sum2 = (lanes *)(void *)(sums + 2 * n), *sum3 = (lanes *)(void *)(sums + 3 * n);
    lanes a0 = sum0[0], a1 = sum1[0], a2 = sum2[0], a3 = sum3[0];
    lanes b0 = sum0[1], b1 = sum1[1], b2 = sum2[1], b3 = sum3[1];

    for (size_t row = 0; row < TILE_ROWS; row++) {
        const lanes a = line[2 * row], b = line[2 * row + 1];

        a0 += a * left[row];
        b0 += b * left[row];
        a1 += a * left[n + row];
        b1 += b * left[n + row];
        a2 += a * left[2 * n + row];
        b2 += b * left[2 * n + row];
        a3 += a * left[3 * n + row];
        b3 += b * left[3 * n + row];
    }
    sum0[0] = a0, sum1[0] = a1, sum2[0] = a2, sum3[0] = a3;
    sum0[1] = b0, sum1[1] = b1, sum2[1] = b2, sum3[1] = b3;
}

static bool multiply_panel(struct prover *prover, uint32_t first_row, uint32_t *scratch)
{
    const size_t n = prover->challenge->n;
    uint32_t *panel = prover->product + first_row * n;
    uint32_t *sums = scratch, *packed = scratch + PANEL_ROWS * n;

    memset(sums, 0, PANEL_ROWS * n * sizeof(*sums));
    for (size_t column = 0; column < n; column += TILE_COLUMNS) {
        for (size_t tile = 0; tile < n; tile += TILE_ROWS) {
            pack_tile(prover->factor + tile * n + column, (uint32_t)n, packed);
            for (size_t slab = 0; slab < TILE_COLUMNS; slab += SLAB_COLUMNS) {
                for (size_t row = 0; row < PANEL_ROWS; row += KERNEL_ROWS)
                    multiply_slab(panel + row * n + tile, packed + slab * TILE_ROWS,
                                  sums + row * n + column + slab, n);
            }
        }
    }
    memcpy(panel, sums, PANEL_ROWS * n * sizeof(*sums));
    return true;
}

static bool make_panel(struct prover *prover, uint32_t first_row, uint32_t *scratch)
{
    const uint32_t n = prover->challenge->n;

    (void)scratch;
    return matmul_matrix_rows(prover->key, n, first_row, PANEL_ROWS, prover->made + (size_t)first_row * n);
}

static bool digest_panel(struct prover *prover, uint32_t first_row, uint32_t *scratch)
{
    const uint32_t n = prover->challenge->n;

    (void)scratch;
    for (uint32_t row = first_row; row < first_row + PANEL_ROWS; row++)
        matmul_digest(prover->product + (size_t)row * n, n, row, prover->digests[row]);
    return true;
}

static void report(const struct prover *prover, uint32_t panels)
{
    const struct matmul_effort *effort = prover->effort;

    if (effort->progress != NULL)
        effort->progress(effort->context,
                         prover->done + prover->share * atomic_load(&prover->finished_panels) / panels);
}

/* Takes panels until there are none. One that fails for want of memory is missed when they are counted. */
static void take_panels(struct prover *prover, bool reports)
{
    const uint32_t n = prover->challenge->n, panels = n / PANEL_ROWS;
    uint32_t *scratch = aligned_alloc(ALIGNMENT, scratch_words(n) * sizeof(*scratch));

    while (scratch != NULL && !cancelled(prover)) {
        uint32_t panel = atomic_fetch_add(&prover->next_panel, 1);

        if (panel >= panels || !prover->work(prover, panel * PANEL_ROWS, scratch))
            break;
        atomic_fetch_add(&prover->finished_panels, 1);
        if (reports)
            report(prover, panels);
    }
    free(scratch);
}

static void *help(void *prover)
{
    take_panels(prover, false);
    return NULL;
}

/* One phase on all threads. MATMUL_SOLVED: all its panels are done. */
static enum matmul_result run_phase(struct prover *prover, double share,
                                    bool (*work)(struct prover *, uint32_t, uint32_t *))
{
    const uint32_t panels = prover->challenge->n / PANEL_ROWS;
    pthread_t helpers[MATMUL_PROVER_THREADS_MAX];
    unsigned started = 0;

    prover->work = work;
    prover->share = share;
    atomic_store(&prover->next_panel, 0);
    atomic_store(&prover->finished_panels, 0);
    while (started + 1 < prover->effort->threads && started + 1 < panels &&
           pthread_create(&helpers[started], NULL, help, prover) == 0)
        started++;
    take_panels(prover, true);
    while (started > 0)
        pthread_join(helpers[--started], NULL);
    prover->done += share;
    if (atomic_load(&prover->finished_panels) == panels)
        return MATMUL_SOLVED;
    return cancelled(prover) ? MATMUL_CANCELLED : MATMUL_NO_MEMORY;
}

static enum matmul_result make_matrix(struct prover *prover, uint32_t index, uint32_t *words, double unit)
{
    matmul_key(prover->challenge, index, prover->key);
    prover->made = words;
    return run_phase(prover, MAKE_WEIGHT * unit, make_panel);
}

static enum matmul_result compute(struct prover *prover)
{
    const uint32_t n = prover->challenge->n, k = prover->challenge->iterations;
    const double unit = 1 / (MAKE_WEIGHT + (double)k * (MAKE_WEIGHT + (double)n) + DIGEST_WEIGHT);
    enum matmul_result result = make_matrix(prover, 0, prover->product, unit);

    for (uint32_t i = 1; i <= k && result == MATMUL_SOLVED; i++) {
        result = make_matrix(prover, i, prover->factor, unit);
        if (result == MATMUL_SOLVED)
            result = run_phase(prover, (double)n * unit, multiply_panel);
    }
    if (result == MATMUL_SOLVED)
        result = run_phase(prover, DIGEST_WEIGHT * unit, digest_panel);
    return result;
}

static enum matmul_result find_row(const struct prover *prover, const unsigned char tag[MATMUL_TAG_BYTES],
                                   struct matmul_solution *solution)
{
    unsigned char found[MATMUL_TAG_BYTES];

    for (uint32_t row = 0; row < prover->challenge->n; row++) {
        matmul_tag(prover->digests[row], found);
        if (memcmp(found, tag, sizeof(found)) == 0) {
            solution->row = row;
            memcpy(solution->digest, prover->digests[row], MATMUL_DIGEST_BYTES);
            return MATMUL_SOLVED;
        }
    }
    return MATMUL_NO_ROW;
}

static char *encode_product(const struct prover *prover, struct arena *arena)
{
    const uint32_t n = prover->challenge->n;
    unsigned char *product = arena_alloc(arena, (size_t)n * MATMUL_CHECK_BYTES);

    for (size_t row = 0; row < n; row++)
        memcpy(product + row * MATMUL_CHECK_BYTES, prover->digests[row], MATMUL_CHECK_BYTES);
    return base64_encode(arena, product, (size_t)n * MATMUL_CHECK_BYTES);
}

enum matmul_result matmul_prove(const struct matmul_challenge *challenge,
                                const unsigned char tag[MATMUL_TAG_BYTES], const struct matmul_effort *effort,
                                struct arena *arena, struct matmul_solution *solution)
{
    const size_t n = challenge->n;
    struct prover prover = { .challenge = challenge, .effort = effort };
    enum matmul_result result = MATMUL_NO_MEMORY;

    if (!matmul_challenge_is_valid(challenge) || effort->threads < 1 ||
        effort->threads > MATMUL_PROVER_THREADS_MAX)
        return MATMUL_INVALID;
    prover.product = aligned_alloc(ALIGNMENT, n * n * sizeof(*prover.product));
    prover.factor = aligned_alloc(ALIGNMENT, n * n * sizeof(*prover.factor));
    prover.digests = malloc(n * sizeof(*prover.digests));
    if (prover.product == NULL || prover.factor == NULL || prover.digests == NULL)
        goto out;

    result = compute(&prover);
    if (result == MATMUL_SOLVED)
        result = find_row(&prover, tag, solution);
    if (result == MATMUL_SOLVED)
        solution->work_product = encode_product(&prover, arena);
    if (result == MATMUL_SOLVED && effort->progress != NULL)
        effort->progress(effort->context, 1);
out:
    free(prover.digests);
    free(prover.factor);
    free(prover.product);
    return result;
}

const char *matmul_result_text(enum matmul_result result)
{
    static const char *const texts[] = {
        [MATMUL_SOLVED] = "solved",
        [MATMUL_INVALID] = "the challenge is out of range",
        [MATMUL_NO_ROW] = "no row of the product has the challenge's tag",
        [MATMUL_CANCELLED] = "cancelled",
        [MATMUL_NO_MEMORY] = "not enough memory for two matrices",
    };

    return texts[result];
}
