/* What processes under one master have in hand of a kind at the same time, counted by whose it is: of one
 * subject (a launch config), of one owner (a hotkey), and in all. Nobody waits here: whoever is over a bound
 * is told so, and answers with it. A process without a master counts for itself alone. For several threads at
 * once. */
#ifndef RIGGER_CORE_SHARE_H
#define RIGGER_CORE_SHARE_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SHARE_MAX  1024 /* things in hand at once, of all kinds */
#define SHARE_NONE (-1) /* of what is not counted */

enum share_kind {
    SHARE_LOOKUP, /* of a name, until the resolver gives up, whoever waits for it */
    SHARE_CLAIM,  /* of a launch config: what of it is done outside, before anything is reserved */
};

/* What is to be taken, and how many of its kind there may be at once, it included; 0: any number. owner and
 * subject are compared by their first 63 bytes; NULL: it is nobody's. */
struct share {
    enum share_kind kind;
    const char *owner, *subject;
    size_t owner_max, subject_max, all_max;
};

enum share_bound {
    SHARE_WITHIN,     /* it is taken */
    SHARE_OF_SUBJECT, /* there are as many of its subject as may be */
    SHARE_OF_OWNER,
    SHARE_OF_ALL
};

/* Puts the counts into memory that this process shares with those that it forks: the master, before it forks.
 * False: no memory. */
bool share_in_memory(void) MUST_CHECK;

/* Takes one. With SHARE_WITHIN, *place is what share_leave gives back; else it is SHARE_NONE, and the first
 * bound that is reached, in the order of the enum, is returned. */
enum share_bound share_take(const struct share *share, int *place) MUST_CHECK;

/* place SHARE_NONE: nothing. */
void share_leave(int place);

/* Gives back what a process that has ended had in hand: the master, when it collects it. */
void share_forget(pid_t pid);

#endif
