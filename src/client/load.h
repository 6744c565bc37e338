/* Lives, one or many, some at a time: each of them in a thread of its own with a connection of its own. */
#ifndef RIGGER_CLIENT_LOAD_H
#define RIGGER_CLIENT_LOAD_H

#include "client/life.h"
#include "client/report.h"
#include "core/attributes.h"

#include <stddef.h>

#define LOAD_CONCURRENCY_MAX 4096

enum load_result { LOAD_WELL, LOAD_FAILED, LOAD_INTERRUPTED };

/* Runs `count` lives, `concurrency` at a time, each thread in a slot of its own (slots has as many). SIGINT
 * and SIGTERM end it after the requests under way; a second one ends the process. Ends the report. */
enum load_result load_run(struct plan *plan, const struct slot *slots, size_t count, size_t concurrency,
                          struct report *report) MUST_CHECK;

#endif
