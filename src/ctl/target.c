/* riggerctl target: sets a target, and waits until the relay has it in Redis, where the requests and the
 * other services of the network read it. */
#include "ctl/ctl.h"

#include "core/clock.h"
#include "db/calls.h"
#include "server/target_relay.h"

#include <stdio.h>
#include <stdlib.h>

#define COUNT_MAX      1000000
#define WAIT_DEFAULT_S 15
#define POLL_MS        100

/* Whether the relay has done its part, or there is none to wait for; the exit code. */
static int wait_for_relay(struct ctl_database *database, const char *chute_id, long wait_s)
{
    const struct db_target_is_told_in in = { .consumer = TARGET_RELAY_CONSUMER, .chute_id = chute_id };
    int64_t deadline_ms = clock_monotonic_ms() + wait_s * 1000;
    struct db_target_is_told_out told;

    do {
        arena_reset(database->arena);
        if (!ctl_succeeded(db_target_is_told(database->db, database->arena, &in, &told)))
            return EXIT_FAILURE;
        if (told.returned.present ? told.returned.value : !database->targets_in_redis)
            return EXIT_SUCCESS;
    } while (clock_pause(POLL_MS, deadline_ms));
    fprintf(stderr,
            "riggerctl: %s: the capacity log has the target, Redis does not have it yet. Does rigger serve "
            "run, and Redis? If no server has [capacity] redis_url any more: select "
            "rigger.forget_consumer('" TARGET_RELAY_CONSUMER "')\n",
            chute_id);
    return CTL_WAITING;
}

static int set_and_wait(struct ctl_database *database, const struct ctl_options *options,
                        const struct db_set_target_in *in)
{
    struct db_set_target_out out;
    enum status status = db_set_target(database->db, database->arena, in, &out);
    int code = EXIT_SUCCESS;

    if (status == STATUS_OK && out.returned.value)
        code = wait_for_relay(database, in->chute_id, options->wait_s < 0 ? WAIT_DEFAULT_S : options->wait_s);
    return code != EXIT_SUCCESS ? code : ctl_report(options, status, &out.returned, "there is no such chute");
}

int ctl_target(int argc, char **argv)
{
    struct ctl_options options;
    struct ctl_database database;
    struct db_set_target_in in;
    int code = EXIT_FAILURE;
    char *end;
    long count;

    if (!ctl_options_read(&options, "w", argc, argv))
        return CTL_USAGE;
    if (options.argument_count != 2)
        return ctl_misused("target", "takes a chute's id and a number");
    count = strtol(options.arguments[1], &end, 10);
    if (end == options.arguments[1] || *end != '\0' || count < 0 || count > COUNT_MAX)
        return ctl_misused("target", "the number is one from 0 to 1000000");
    in = (struct db_set_target_in){ .chute_id = options.arguments[0], .count = db_integer(count) };
    if (ctl_database_open(&database, &options))
        code = set_and_wait(&database, &options, &in);
    ctl_database_close(&database);
    return code;
}
