/* Lines and tables for people, JSON lines for programs. No decision is made here. */
#include "client/report.h"

#include "core/buf.h"
#include "core/clock.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES    8192
#define BAR_CHARACTERS    40
#define PROGRESS_STEP     0.1     /* between lines where there is no terminal */
#define PROGRESS_PAUSE_US 1000000 /* and a quick solution is not worth a line */
#define TERMINAL_PAUSE_US 50000
#define TERMINAL_ERASE    "\r\033[K"

void report_begin(struct report *report, bool json, bool quiet, bool many)
{
    *report = (struct report){
        .json = json,
        .quiet = quiet,
        .many = many,
        .terminal = isatty(STDOUT_FILENO) == 1,
        .started_us = clock_monotonic_us(),
    };
    pthread_mutex_init(&report->lock, NULL);
    if (!json && !quiet && !many)
        printf("%-12s %-6s %6s %10s  %s\n", "step", "method", "status", "ms", "path");
}

/* Writes a whole line at once, whatever other threads do. */
static void put_line(struct buf *line)
{
    buf_puts(line, "\n");
    if (!line->failed)
        fwrite(line->data, 1, line->length, stdout);
    fflush(stdout);
    buf_free(line);
}

static void add_member(struct buf *line, const char *key, const char *value)
{
    buf_printf(line, ", \"%s\": ", key);
    if (value != NULL)
        buf_json_string(line, value, strlen(value));
    else
        buf_puts(line, "null");
}

static void put_step_json(const struct life *life, size_t step, bool ok,
                          const struct life_step_result *result)
{
    struct buf line;

    buf_init(&line, LINE_MAX_BYTES);
    buf_printf(&line, "{\"life\": %zu, \"step\": \"%s\"", life->number, life_step_name(step));
    add_member(&line, "method", result->method);
    add_member(&line, "path", result->path);
    buf_printf(&line, ", \"status\": %d, \"ms\": %.3f, \"ok\": %s", result->status, (double)result->us / 1000,
               ok ? "true" : "false");
    if (life->instance_id != NULL)
        add_member(&line, "instance_id", life->instance_id);
    if (!ok)
        add_member(&line, "detail", result->detail);
    buf_puts(&line, "}");
    put_line(&line);
}

static void put_step(const struct report *report, const struct life *life, size_t step, bool ok,
                     const struct life_step_result *result)
{
    const char *path = result->path != NULL ? result->path : result->note;
    struct buf line;

    buf_init(&line, LINE_MAX_BYTES);
    if (report->terminal)
        buf_puts(&line, TERMINAL_ERASE);
    buf_printf(&line, "%-12s %-6s ", life_step_name(step), result->method != NULL ? result->method : "-");
    if (result->status != 0)
        buf_printf(&line, "%6d", result->status);
    else
        buf_printf(&line, "%6s", "-");
    buf_printf(&line, " %10.1f  %s", (double)result->us / 1000, path != NULL ? path : "-");
    if (!ok && report->many)
        buf_printf(&line, "  (life %zu)", life->number);
    if (!ok)
        buf_printf(&line, "\n  failed: %s", result->detail);
    put_line(&line);
}

void report_step(void *context, const struct life *life, size_t step, bool ok,
                 const struct life_step_result *result)
{
    struct report *report = context;

    pthread_mutex_lock(&report->lock);
    tally_add(&report->tally, step, result->us, result->status, ok ? NULL : result->detail);
    if (report->json && (!report->quiet || (!ok && !report->many)))
        put_step_json(life, step, ok, result);
    else if (!report->json && (!ok || (!report->quiet && !report->many)))
        put_step(report, life, step, ok, result);
    report->progress = 0;
    report->progress_us = 0;
    pthread_mutex_unlock(&report->lock);
}

static void put_bar(double fraction)
{
    char bar[BAR_CHARACTERS + 1];
    size_t filled = (size_t)(fraction * BAR_CHARACTERS);

    memset(bar, '.', BAR_CHARACTERS);
    memset(bar, '#', filled);
    bar[BAR_CHARACTERS] = '\0';
    printf("%ssolve        [%s] %3.0f %%", TERMINAL_ERASE, bar, 100 * fraction);
    fflush(stdout);
}

void report_progress(void *context, double fraction)
{
    struct report *report = context;
    int64_t now_us = clock_monotonic_us();

    if (report->json || report->quiet || report->many)
        return;
    if (report->progress_us == 0)
        report->progress_us = now_us;
    if (report->terminal) {
        if (now_us - report->progress_us < TERMINAL_PAUSE_US)
            return;
        put_bar(fraction);
    } else {
        if (fraction - report->progress < PROGRESS_STEP || now_us - report->progress_us < PROGRESS_PAUSE_US)
            return;
        printf("%-12s %3.0f %%\n", "solve", 100 * fraction);
        fflush(stdout);
    }
    report->progress = fraction;
    report->progress_us = now_us;
}

static void put_table(const struct report *report, size_t lives, double seconds)
{
    const struct tally *tally = &report->tally;

    printf("\n%zu lives, %zu failed, in %.1f s: %.1f a second\n\n", lives, tally->failed_lives, seconds,
           (double)lives / seconds);
    printf("%-12s %7s %10s %10s %10s %10s\n", "step", "count", "p50 ms", "p90 ms", "p99 ms", "max ms");
    for (size_t i = 0; i < LIFE_STEP_COUNT; i++) {
        const struct tally_step *step = &tally->steps[i];

        if (step->count > 0)
            printf("%-12s %7zu %10.1f %10.1f %10.1f %10.1f\n", life_step_name(i), step->count,
                   tally_percentile_ms(step, 50), tally_percentile_ms(step, 90),
                   tally_percentile_ms(step, 99), tally_percentile_ms(step, 100));
    }
    if (tally->failure_count > 0)
        printf("\n%-12s %6s %7s  %s\n", "failed step", "status", "count", "the first one's detail");
    for (size_t i = 0; i < tally->failure_count; i++) {
        const struct tally_failure *failure = &tally->failures[i];

        printf("%-12s %6d %7zu  %s\n", life_step_name(failure->step), failure->status, failure->count,
               failure->detail);
    }
}

static void put_table_json(const struct report *report, size_t lives, double seconds)
{
    const struct tally *tally = &report->tally;
    const char *separator = "";
    struct buf line;

    buf_init(&line, (size_t)TALLY_FAILURE_KINDS * LINE_MAX_BYTES);
    buf_printf(
        &line,
        "{\"lives\": %zu, \"failures\": %zu, \"seconds\": %.3f, \"lives_per_second\": %.3f, \"steps\": {",
        lives, tally->failed_lives, seconds, (double)lives / seconds);
    for (size_t i = 0; i < LIFE_STEP_COUNT; i++) {
        const struct tally_step *step = &tally->steps[i];

        if (step->count == 0)
            continue;
        buf_printf(&line, "%s\"%s\": {\"count\": %zu, \"p50_ms\": %.3f, \"p90_ms\": %.3f, \"p99_ms\": %.3f, ",
                   separator, life_step_name(i), step->count, tally_percentile_ms(step, 50),
                   tally_percentile_ms(step, 90), tally_percentile_ms(step, 99));
        buf_printf(&line, "\"max_ms\": %.3f}", tally_percentile_ms(step, 100));
        separator = ", ";
    }
    buf_puts(&line, "}, \"failed\": [");
    for (size_t i = 0; i < tally->failure_count; i++) {
        const struct tally_failure *failure = &tally->failures[i];

        buf_printf(&line, "%s{\"step\": \"%s\", \"status\": %d, \"count\": %zu", i > 0 ? ", " : "",
                   life_step_name(failure->step), failure->status, failure->count);
        add_member(&line, "detail", failure->detail);
        buf_puts(&line, "}");
    }
    buf_puts(&line, "]}");
    put_line(&line);
}

void report_end(struct report *report, size_t lives)
{
    double seconds = (double)(clock_monotonic_us() - report->started_us) / 1e6;

    tally_sort(&report->tally);
    if (report->many && report->json)
        put_table_json(report, lives, seconds);
    else if (report->many)
        put_table(report, lives, seconds);
    tally_free(&report->tally);
    pthread_mutex_destroy(&report->lock);
}
