/* A question and its answer as bytes, between a process that asks and the process of programs. Both are the
 * same program on the same machine, so numbers go as they are. */
#ifndef RIGGER_PROGRAMS_WIRE_H
#define RIGGER_PROGRAMS_WIRE_H

#include "core/attributes.h"
#include "core/buf.h"
#include "programs/question.h"

#include <stdbool.h>
#include <stddef.h>

enum wire_state {
    WIRE_MORE,  /* not all of it has come */
    WIRE_WHOLE, /* it is there */
    WIRE_WRONG  /* it is none */
};

/* Appends a question; an answer, NULL: no verdict. */
void wire_write_question(struct buf *bytes, const struct question *question);
void wire_write_answer(struct buf *bytes, const struct buf *answer);

/* Reads what has come so far. The question's parts stay in bytes; *answer as well, NULL: no verdict. */
enum wire_state wire_read_question(const struct buf *bytes, struct question *question) MUST_CHECK;
enum wire_state wire_read_answer(const struct buf *bytes, const char **answer) MUST_CHECK;

#endif
