/* What rigger-miner prints: a line for each step or each failure, the progress of solving, and a table at the
 * end. Results go to standard output. Safe for several threads at once. */
#ifndef RIGGER_CLIENT_REPORT_H
#define RIGGER_CLIENT_REPORT_H

#include "client/life.h"
#include "client/tally.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report {
    bool json;  /* one JSON line for each step, one for the table */
    bool quiet; /* no steps and no progress: failures and the table */
    bool many;  /* many lives: the steps of an instance that does well are not worth a line, the table is */
    bool terminal;

    pthread_mutex_t lock;
    struct tally tally;
    int64_t started_us, progress_us; /* of all; of the last line about progress */
    double progress;
};

/* Begins a report and its clock. */
void report_begin(struct report *report, bool json, bool quiet, bool many);

/* For struct observer; context is the report. */
void report_step(void *context, const struct life *life, size_t step, bool ok,
                 const struct life_step_result *result);
void report_progress(void *context, double fraction);

/* Prints the table of the lives that were begun, where there are many, and frees what the report holds. */
void report_end(struct report *report, size_t lives);

#endif
