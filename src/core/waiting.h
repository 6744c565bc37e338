/* Waits for what is outside: networks, names, other people's programs. Whoever waits cuts the wait into
 * slices and tells here that it goes on; the server registers what is to happen when a wait lasts
 * (server/aside.h lets such a worker step aside). Where nothing is registered - a tool, a CGI program - a
 * wait is one slice. */
#ifndef RIGGER_CORE_WAITING_H
#define RIGGER_CORE_WAITING_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

#define WAITING_MOMENT_MS 250 /* a wait that is longer lasts */

struct waiting_hooks {
    void (*lasts)(void);          /* a wait has lasted longer than a moment: once in each wait */
    void (*postpone)(int64_t ms); /* the work in hand may take so much longer; NULL: nobody looks */
    bool (*is_to_end)(void);      /* waits that may take minutes are to be given up */
};

/* One wait. */
struct waiting {
    int64_t since_ms; /* on clock_monotonic_ms */
    bool lasts;
};

/* From now on, in this process; NULL: none. The hooks are kept, not copied. */
void waiting_register(const struct waiting_hooks *hooks);

struct waiting waiting_begin(void);

/* How long the next slice may be, at most left_ms, what is left of the wait. */
int waiting_slice_ms(const struct waiting *waiting, int left_ms) MUST_CHECK;

/* After each slice. */
void waiting_goes_on(struct waiting *waiting);

/* True if whoever may wait for minutes has to give up, because the process is told to end. */
bool waiting_is_to_end(void) MUST_CHECK;

/* The work in hand may take so much longer: it is going to wait for something that is slow. */
void waiting_postpone(int64_t ms);

/* Waits so long, before another try. False: the deadline (clock_monotonic_ms) would be over by then, at once;
 * or waits are to end. */
bool waiting_pause(int64_t ms, int64_t deadline_ms) MUST_CHECK;

#endif
