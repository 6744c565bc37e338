/* Takes questions, has programs answer them, and hands the answers back: many at once, in one thread, and
 * none waits for another's program. The process of programs has one that serves whoever knocks at its door
 * (server/programs.c); where there is no such process, ask.c makes one for a single question. */
#ifndef RIGGER_PROGRAMS_DESK_H
#define RIGGER_PROGRAMS_DESK_H

#include "config/config.h"
#include "core/attributes.h"
#include "core/buf.h"
#include "programs/question.h"

#include <stdbool.h>
#include <stdint.h>

struct desk;

/* door: a SOCK_SEQPACKET socket, over which each asker hands in one end of a stream of its own; -1: there is
 * none. NULL: no memory. */
struct desk *desk_create(const struct config *config, int door) MUST_CHECK;

/* Ends all programs. NULL is allowed. */
void desk_free(struct desk *desk);

/* Works until all who held the other end of the door have closed it, and no question is left. */
void desk_serve(struct desk *desk);

/* Works on one question until it is answered. False: there was no verdict. What the question points to stays
 * the caller's. */
bool desk_answer(struct desk *desk, const struct question *question, struct buf *answer) MUST_CHECK;

#endif
