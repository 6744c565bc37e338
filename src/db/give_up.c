/* The wait for an answer, in slices, so that the moment is seen while a lock is waited for. */
#include "db/give_up.h"

#include "core/clock.h"
#include "db/dial.h"

#include <poll.h>
#include <stddef.h>

#define SLICE_MS 200

static int64_t (*registered)(void);

void give_up_register(int64_t (*moment)(void))
{
    registered = moment;
}

bool give_up_is_due(void)
{
    return registered != NULL && clock_monotonic_ms() >= registered();
}

bool give_up_or_wait(struct pg_conn *connection, int64_t deadline_ms)
{
    int64_t slice_ms;

    do {
        slice_ms = clock_monotonic_ms() + SLICE_MS;
        if (dial_wait(connection, POLLIN, slice_ms < deadline_ms ? slice_ms : deadline_ms))
            return true;
        /* rule: db.give_up */
        if (give_up_is_due())
            return false;
    } while (clock_remaining_ms(deadline_ms) > 0);
    return false;
}
