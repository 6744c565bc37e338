/* A question as the desk holds it: on its way in, waiting, in work, and its answer on the way out. What only
 * the desk uses. */
#ifndef RIGGER_PROGRAMS_ASKED_H
#define RIGGER_PROGRAMS_ASKED_H

#include "core/attributes.h"
#include "core/buf.h"
#include "programs/question.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum asked_state {
    ASKED_ARRIVING,
    ASKED_WAITING, /* for a program */
    ASKED_WORKED_ON,
    ASKED_ANSWERING,
    ASKED_DONE
};

struct asked {
    struct asked *next;
    enum asked_state state;
    int stream;               /* to whoever asks; -1: this process itself does */
    struct question question; /* its parts are in `in`, or the caller's */
    struct buf in, out;
    size_t sent;
    bool answered; /* there was a verdict; without a stream it is in `out` */
};

/* Takes the next of those who knock at the door. NULL: nobody does (*closed: nobody ever will), or there is
 * no memory. bytes_max: of a question. */
struct asked *asked_take(int door, size_t bytes_max, bool *closed) MUST_CHECK;

/* A question of this process. NULL: no memory. */
struct asked *asked_make(const struct question *question) MUST_CHECK;
void asked_free(struct asked *asked);

/* The answer, NULL: no verdict. */
void asked_answer(struct asked *asked, const struct buf *answer);

/* What poll(2) is to watch; and what came of it. Whoever has hung up, or waits no longer at now_ms, leaves
 * the question done. While a program works on it, the program has the time limit. */
struct pollfd asked_watch(const struct asked *asked);
void asked_turn(struct asked *asked, const struct pollfd *descriptor, int64_t now_ms);

#endif
