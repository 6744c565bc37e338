/* riggerctl events tail: the newest events, and with --follow those that come. */
#include "ctl/ctl.h"

#include "db/statements_admin.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_DEFAULT 10
#define POLL_MS       500

/* Numbers are drawn before their transactions commit: an event may show up behind newer ones, at most this
 * far. */
#define WINDOW 1000

/* The numbers that were printed, each at its place modulo WINDOW. */
struct printed {
    int64_t newest, ids[WINDOW];
};

static void print_new(const struct ctl_database *database, struct printed *printed,
                      const struct db_rows *rows)
{
    for (int row = 0; row < rows->count; row++) {
        int64_t id = db_integer(rows, row, "event_id");

        if (printed->ids[id % WINDOW] == id)
            continue;
        printed->ids[id % WINDOW] = id;
        if (id > printed->newest)
            printed->newest = id;
        if (database->json)
            puts(db_text(rows, row, "json"));
        else {
            printf("%" PRId64 "  %s  %-18s  ", id, db_text(rows, row, "created_at"),
                   db_text(rows, row, "reason"));
            ctl_print_text(db_text(rows, row, "message"), 0);
            putchar('\n');
        }
    }
    fflush(stdout);
}

static int tail(struct ctl_database *database, const struct ctl_options *options)
{
    struct printed *printed = calloc(1, sizeof(*printed));
    char count[24], after[24] = "0";
    const char *parameters[] = { after, count };
    struct db_rows rows;
    int code = EXIT_FAILURE;

    snprintf(count, sizeof(count), "%ld", options->count == 0 ? COUNT_DEFAULT : options->count);
    if (printed == NULL || !ctl_call(database, &statement_admin_events, parameters, &rows))
        goto out;
    print_new(database, printed, &rows);
    code = EXIT_SUCCESS;
    /* What was there before the first line printed is not new. */
    if (options->follow && rows.count > 0)
        snprintf(after, sizeof(after), "%s", db_text(&rows, 0, "event_id"));
    while (options->follow && !ferror(stdout)) {
        arena_reset(database->arena);
        poll(NULL, 0, POLL_MS);
        if (strtoll(after, NULL, 10) < printed->newest - WINDOW)
            snprintf(after, sizeof(after), "%" PRId64, printed->newest - WINDOW);
        parameters[1] = NULL;
        if (!ctl_call(database, &statement_admin_events, parameters, &rows)) {
            code = EXIT_FAILURE;
            break;
        }
        print_new(database, printed, &rows);
    }
out:
    free(printed);
    return code;
}

int ctl_events(int argc, char **argv)
{
    struct ctl_database database;
    struct ctl_options options;
    int code = EXIT_FAILURE;

    if (!ctl_options_read(&options, "nf", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 1 || strcmp(options.arguments[0], "tail") != 0)
        return ctl_misused("events", "write: events tail");
    if (ctl_database_open(&database, &options))
        code = tail(&database, &options);
    ctl_database_close(&database);
    return code;
}
