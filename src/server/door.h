/* The door of the process of programs: a pair of sockets without a name, of which that process has the one
 * end and everybody else under the master the other. Only who was forked by the master can knock. */
#ifndef RIGGER_SERVER_DOOR_H
#define RIGGER_SERVER_DOOR_H

#include "core/attributes.h"

#include <stdbool.h>

struct door {
    int inside, outside; /* -1: closed */
};

/* A door that is not there yet. */
#define DOOR_CLOSED ((struct door){ -1, -1 })

/* Puts a new door in the place of the one that is there, for the processes to come. Those that have the old
 * one keep it: the old process of programs ends when the last who could knock has closed the outside. False:
 * there is no new one, and the log says why; the old one stays. */
bool door_renew(struct door *door) MUST_CHECK;
void door_close(struct door *door);

/* In a child: keeps one end and closes the other. Returns the one that is kept. */
int door_keep(struct door *door, bool inside);

#endif
