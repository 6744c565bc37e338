/* Latencies and failures, counted. No output. */
#include "client/tally.h"

#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY 64

static void add_time(struct tally_step *step, int64_t us)
{
    if (step->count == step->capacity) {
        size_t capacity = step->capacity == 0 ? FIRST_CAPACITY : 2 * step->capacity;
        int64_t *longer = realloc(step->us, capacity * sizeof(*longer));

        if (longer == NULL)
            return;
        step->us = longer;
        step->capacity = capacity;
    }
    step->us[step->count++] = us;
}

static void add_failure(struct tally *tally, size_t step, int status, const char *detail)
{
    size_t i = 0;

    tally->failed_lives++;
    while (i < tally->failure_count &&
           (tally->failures[i].step != step || tally->failures[i].status != status))
        i++;
    if (i == TALLY_FAILURE_KINDS)
        i--;
    if (i == tally->failure_count) {
        tally->failures[i] = (struct tally_failure){ .step = step, .status = status };
        snprintf(tally->failures[i].detail, sizeof(tally->failures[i].detail), "%s", detail);
        tally->failure_count++;
    }
    tally->failures[i].count++;
}

void tally_add(struct tally *tally, size_t step, int64_t us, int status, const char *detail)
{
    add_time(&tally->steps[step], us);
    if (detail != NULL)
        add_failure(tally, step, status, detail);
}

static int compare(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

void tally_sort(struct tally *tally)
{
    for (size_t i = 0; i < LIFE_STEP_COUNT; i++) {
        if (tally->steps[i].count > 0)
            qsort(tally->steps[i].us, tally->steps[i].count, sizeof(*tally->steps[i].us), compare);
    }
}

double tally_percentile_ms(const struct tally_step *step, unsigned percent)
{
    size_t rank = (step->count * percent + 99) / 100;

    return rank == 0 ? 0 : (double)step->us[rank - 1] / 1000;
}

void tally_free(struct tally *tally)
{
    for (size_t i = 0; i < LIFE_STEP_COUNT; i++)
        free(tally->steps[i].us);
    *tally = (struct tally){ 0 };
}
