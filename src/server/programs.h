/* The process of programs: whatever the operator configured to be run is a child of it, never of a worker. It
 * ends when nobody is left who could ask, whatever signals it gets meanwhile. */
#ifndef RIGGER_SERVER_PROGRAMS_H
#define RIGGER_SERVER_PROGRAMS_H

#include "core/attributes.h"
#include "server/process.h"

/* The run of process.c's table. */
int programs_run(struct process *process) MUST_CHECK;

#endif
