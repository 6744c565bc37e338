/* How a provider asks a program of the operator's: of the process of programs, or, where a process serves
 * without a master, of a program that it starts itself. */
#ifndef RIGGER_PROGRAMS_ASK_H
#define RIGGER_PROGRAMS_ASK_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "programs/question.h"

/* Once, at a process's start: the way to the process of programs, which stays open; -1 (and so it is without
 * a call): there is none. */
void ask_through(int door);

/* The answer, on the arena, NUL-terminated. NULL: no verdict, and the log says why: the program failed,
 * printed what is no answer, was not done by its own time limit or by the question's. */
char *ask_program(const struct config *config, struct arena *arena,
                  const struct question *question) MUST_CHECK;

#endif
