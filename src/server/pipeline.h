/* The way of one request through the program: route, pool, size of the body, authentication, validation, the
 * endpoint, the answer, the log line. A worker calls it for each request. This is the only place that orders
 * these steps. */
#ifndef RIGGER_SERVER_PIPELINE_H
#define RIGGER_SERVER_PIPELINE_H

#include "http/request.h"

#include <stdint.h>

struct process;

/* Tells the metrics what the routes are called. */
void pipeline_prepare(void);

/* Serves one request: reads it from transport, writes exactly one answer, logs one line, and resets the
 * process's arena. deadline_ms is on clock_monotonic_ms. Returns the HTTP status that was answered. */
int pipeline_serve(struct process *process, struct transport *transport, int64_t deadline_ms);

#endif
