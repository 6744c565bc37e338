/* poll(2) with a deadline, in slices, so that a wait that lasts is known. */
#include "core/wait.h"

#include "core/clock.h"
#include "core/waiting.h"

#include <errno.h>
#include <poll.h>

bool wait_until_ready(int fd, short events, int64_t deadline_ms)
{
    struct pollfd ready = { .fd = fd, .events = events };
    struct waiting waiting = waiting_begin();
    int left_ms, count;

    do {
        left_ms = clock_remaining_ms(deadline_ms);
        count = poll(&ready, 1, waiting_slice_ms(&waiting, left_ms));
        waiting_goes_on(&waiting);
    } while ((count < 0 && errno == EINTR) || (count == 0 && left_ms > 0));
    return count > 0;
}
