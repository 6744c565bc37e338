/* riggerctl events tail: the newest events, and with --follow those that come. */
#include "ctl/ctl.h"

#include "core/clock.h"
#include "db/calls.h"

#include <inttypes.h>
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
                      const struct db_list_events_rows *events)
{
    for (int i = 0; i < events->count; i++) {
        const struct db_list_events_out *event = &events->row[i];
        int64_t id = event->event_id.value;

        if (printed->ids[id % WINDOW] == id)
            continue;
        printed->ids[id % WINDOW] = id;
        if (id > printed->newest)
            printed->newest = id;
        if (database->json)
            puts(event->json);
        else {
            printf("%" PRId64 "  %s  %-18s  ", id, event->created_at, event->reason);
            ctl_print_text(event->message != NULL ? event->message : "", 0);
            putchar('\n');
        }
    }
    fflush(stdout);
}

static int tail(struct ctl_database *database, const struct ctl_options *options)
{
    struct printed *printed = calloc(1, sizeof(*printed));
    struct db_list_events_in in = {
        .after = db_integer(0),
        .count = db_integer(options->count == 0 ? COUNT_DEFAULT : options->count),
    };
    struct db_list_events_rows events;
    int code = EXIT_FAILURE;

    if (printed == NULL || !ctl_succeeded(db_list_events(database->db, database->arena, &in, &events)))
        goto out;
    print_new(database, printed, &events);
    code = EXIT_SUCCESS;
    /* What was there before the first line printed is not new. */
    if (events.count > 0)
        in.after = events.row[0].event_id;
    in.count = (struct db_integer){ .present = false };
    while (options->follow && !ferror(stdout)) {
        arena_reset(database->arena);
        clock_sleep_ms(POLL_MS);
        if (in.after.value < printed->newest - WINDOW)
            in.after = db_integer(printed->newest - WINDOW);
        if (!ctl_succeeded(db_list_events(database->db, database->arena, &in, &events))) {
            code = EXIT_FAILURE;
            break;
        }
        print_new(database, printed, &events);
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
