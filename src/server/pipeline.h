/* The straight way of one request: route, body size, authentication, validation, the endpoint, the answer,
 * the log line. The only place that orders these steps. */
#ifndef RIGGER_SERVER_PIPELINE_H
#define RIGGER_SERVER_PIPELINE_H

#include "config/config.h"
#include "core/arena.h"
#include "db/connection.h"
#include "http/request.h"

#include <stdint.h>

/* What a worker keeps between requests. */
struct responder {
    const struct config *config;
    struct db *db;
    struct arena *arena; /* reset after each request */
};

/* Tells the metrics what the routes are called. Once, before the first fork or request. */
void pipeline_prepare(void);

/* Serves one request: reads it from transport, writes exactly one answer, logs one line. deadline_ms is on
 * clock_monotonic_ms. Returns the HTTP status that was answered. */
int pipeline_serve(struct responder *responder, struct transport *transport, int64_t deadline_ms);

#endif
