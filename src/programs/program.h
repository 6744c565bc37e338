/* A program that runs, and the conversation with it: what it is told, what it has printed, until when. It is
 * asked once and ends, or it is kept and asked line by line, one question at a time. The desk turns it when
 * its descriptors are ready. */
#ifndef RIGGER_PROGRAMS_PROGRAM_H
#define RIGGER_PROGRAMS_PROGRAM_H

#include "core/attributes.h"
#include "core/buf.h"
#include "programs/child.h"
#include "programs/question.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM_DESCRIPTORS 3

enum program_state {
    PROGRAM_WORKS, /* on a question, or waits for one */
    PROGRAM_DONE,  /* it has printed what it had to say: `output` */
    PROGRAM_WRONG  /* it is of no use any more: `wrong` says why */
};

struct program {
    enum question_kind kind;
    bool kept, asked;
    struct child child;
    char id[QUESTION_ID_BYTES]; /* of the question in hand */
    struct buf line;            /* what it is told */
    size_t told;                /* bytes of it that it has taken */
    struct buf output;
    size_t output_max;
    int64_t deadline_ms; /* of the question in hand, on clock_monotonic_ms */
    const char *wrong;
};

/* Starts the program for a question, which program_ask then puts. memory_bytes: the most that it may have.
 * False: it could not be started; there is nothing to end. */
bool program_start(struct program *program, const struct question *question,
                   const struct config *config) MUST_CHECK;

/* Puts the question. A kept program must be without one. */
void program_ask(struct program *program, const struct question *question, const struct config *config);

/* What poll(2) is to watch; and what came of it, now being the time of clock_monotonic_ms. */
void program_watch(const struct program *program, struct pollfd descriptors[PROGRAM_DESCRIPTORS]);
enum program_state program_turn(struct program *program, const struct pollfd descriptors[PROGRAM_DESCRIPTORS],
                                int64_t now_ms) MUST_CHECK;

/* A kept program that is done is free for the next question. */
void program_rest(struct program *program);

/* Kills it with its group and frees all but the child, of which false says that it is not gone yet. */
bool program_end(struct program *program) MUST_CHECK;

#endif
