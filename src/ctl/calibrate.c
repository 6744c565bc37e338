/* riggerctl calibrate: what a proof of matmul takes this machine, and the matmul_n that makes a time limit
 * bind for it: that of --limit, or those of the GPU models in the database. */
#include "ctl/ctl.h"

#include "ctl/calibration.h"
#include "db/calls.h"
#include "json/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECONDS_DEFAULT 10
#define LARGEST         (CALIBRATION_SIZES - 1)

static unsigned processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    if (count < 1)
        return 1;
    return count > MATMUL_PROVER_THREADS_MAX ? MATMUL_PROVER_THREADS_MAX : (unsigned)count;
}

static void put_integer(json_object *object, const char *key, int64_t value)
{
    json_put(object, key, json_made(json_object_new_int64(value)));
}

static void print_object(json_object *object)
{
    puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(object);
}

static void print_size_json(const struct calibration *calibration, unsigned i)
{
    const struct calibration_size *size = &calibration->sizes[i];
    json_object *object = json_made(json_object_new_object());

    put_integer(object, "n", size->n);
    put_integer(object, "one_thread_us", size->one_thread_us);
    put_integer(object, "threads", calibration->threads);
    put_integer(object, "all_threads_us", size->all_threads_us);
    put_integer(object, "verifier_us", size->verifier_us);
    json_put(object, "measured", json_made(json_object_new_boolean(i < calibration->measured)));
    print_object(object);
}

static void print_sizes(const struct calibration *calibration, long seconds)
{
    printf(
        "The reference prover on this machine's CPU, for one iteration (k = 1). A GPU, or a better program, "
        "is faster.\n%s\n"
        "n        one thread s  all threads s  verifier ms  one thread / verifier\n",
        calibration->threads > 1 ? "" : "This machine has one processor: all threads are one.\n");
    for (unsigned i = 0; i < CALIBRATION_SIZES; i++) {
        const struct calibration_size *size = &calibration->sizes[i];

        printf("%5" PRIu32 "%c  %13.3f  %13.3f  %11.2f  %21.0f\n", size->n,
               i < calibration->measured ? ' ' : '*', (double)size->one_thread_us / 1e6,
               (double)size->all_threads_us / 1e6, (double)size->verifier_us / 1e3,
               (double)size->one_thread_us / (double)(size->verifier_us > 0 ? size->verifier_us : 1));
    }
    printf("\nall threads: %u; the verifier checks %d rows and the secret one, on one thread\n",
           calibration->threads, CALIBRATION_ROWS);
    if (calibration->measured == CALIBRATION_SIZES)
        return;
    printf("* not measured: estimated from n = %" PRIu32
           " by n^3 (verifier n^2), rather too little, because ",
           calibration->sizes[calibration->measured - 1].n);
    if (calibration->no_memory)
        puts("the memory did not suffice");
    else
        printf("the next would have ended after %ld s (--seconds)\n", seconds);
}

static void print_choice_json(const struct calibration *calibration, const char *model, int64_t iterations,
                              int64_t limit_ms)
{
    const struct calibration_size *chosen = calibration_choose(calibration, iterations, limit_ms);
    json_object *object = json_made(json_object_new_object());

    json_put(object, "model", model == NULL ? NULL : json_made(json_object_new_string(model)));
    put_integer(object, "iterations", iterations);
    put_integer(object, "limit_ms", limit_ms);
    json_put(object, "matmul_n", chosen == NULL ? NULL : json_made(json_object_new_int64(chosen->n)));
    print_object(object);
}

static void print_limit(const struct calibration *calibration, int64_t iterations, long limit_s)
{
    const struct calibration_size *chosen = calibration_choose(calibration, iterations, limit_s * 1000);
    const struct calibration_size *size = chosen == NULL ? &calibration->sizes[LARGEST] : chosen;

    printf("\nk = %" PRId64 ": n = %" PRIu32 " takes %.1f s here: ", iterations, size->n,
           calibration_takes_s(size, iterations));
    if (chosen != NULL)
        printf("matmul_n = %" PRIu32 " is the smallest with which the limit of %ld s binds\n", chosen->n,
               limit_s);
    else
        printf(
            "the limit of %ld s does not bind with any matmul_n; lower challenge.time_factor or the model's "
            "estimate_seconds, or raise its iterations\n",
            limit_s);
}

static void print_models(const struct calibration *calibration, const struct db_list_time_limits_rows *models)
{
    int unbound = 0;

    puts("\nThe smallest matmul_n with which this machine takes longer than a model's time limit:\n\n"
         "model               k     limit s  matmul_n      takes s");
    for (int i = 0; i < models->count; i++) {
        const struct db_list_time_limits_out *model = &models->row[i];
        const int64_t k = model->iterations.value, limit_ms = model->limit_ms.value;
        const struct calibration_size *chosen = calibration_choose(calibration, k, limit_ms);
        const struct calibration_size *size = chosen == NULL ? &calibration->sizes[LARGEST] : chosen;

        ctl_print_text(model->model, 16);
        printf("  %3" PRId64 "  %10.1f  ", k, (double)limit_ms / 1e3);
        if (chosen == NULL)
            printf("%8s", "none");
        else
            printf("%8" PRIu32, chosen->n);
        printf("  %11.1f\n", calibration_takes_s(size, k));
        unbound += chosen == NULL;
    }
    if (unbound > 0)
        printf("\nnone (%d): n = %d takes so long here, and the limit does not bind; lower "
               "challenge.time_factor or the model's\nestimate_seconds, or raise its iterations, in "
               "rigger.gpu_models\n",
               unbound, MATMUL_N_MAX);
}

/* models: NULL where --limit is given. */
static int calibrate(const struct ctl_options *options, const struct db_list_time_limits_rows *models)
{
    const long seconds = options->seconds > 0 ? options->seconds : SECONDS_DEFAULT;
    const int64_t iterations = options->iterations > 0 ? options->iterations : 1;
    struct calibration calibration;
    enum matmul_result result = calibration_measure(&calibration, processors(), seconds);

    if (result != MATMUL_SOLVED) {
        fprintf(stderr, "riggerctl calibrate: nothing could be measured: %s\n", matmul_result_text(result));
        return EXIT_FAILURE;
    }
    if (!options->json) {
        print_sizes(&calibration, seconds);
        if (models == NULL)
            print_limit(&calibration, iterations, options->limit_s);
        else
            print_models(&calibration, models);
        return EXIT_SUCCESS;
    }
    for (unsigned i = 0; i < CALIBRATION_SIZES; i++)
        print_size_json(&calibration, i);
    if (models == NULL)
        print_choice_json(&calibration, NULL, iterations, (int64_t)options->limit_s * 1000);
    for (int i = 0; models != NULL && i < models->count; i++)
        print_choice_json(&calibration, models->row[i].model, models->row[i].iterations.value,
                          models->row[i].limit_ms.value);
    return EXIT_SUCCESS;
}

int ctl_calibrate(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_list_time_limits_rows models;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "sLk", argc, argv))
        return CTL_USAGE;
    if (options.argument_count > 0)
        return ctl_misused("calibrate", "takes no arguments: --seconds, and --limit or a database");
    if (options.limit_s > 0 && (options.dsn != NULL || options.config_path != NULL))
        return ctl_misused("calibrate", "give --limit, or a database with --dsn or --config, not both");
    if (options.limit_s == 0 && options.iterations > 0)
        return ctl_misused("calibrate",
                           "--iterations goes with --limit: in a database each GPU model has its "
                           "own");
    if (options.limit_s > 0)
        return calibrate(&options, NULL);
    if (ctl_database_open(&database, &options) &&
        ctl_succeeded(db_list_time_limits(database.db, database.arena, &models)))
        code = calibrate(&options, &models);
    else
        fputs("riggerctl calibrate: to measure without a database, give --limit SECONDS\n", stderr);
    ctl_database_close(&database);
    return code;
}
