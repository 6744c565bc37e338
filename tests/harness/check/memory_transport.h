/* A web server in memory: it has one request, and keeps the answer. For the tests of what reads requests and
 * writes answers. */
#ifndef RIGGER_TESTS_CHECK_MEMORY_TRANSPORT_H
#define RIGGER_TESTS_CHECK_MEMORY_TRANSPORT_H

#include "http/request.h"

#include <stdbool.h>
#include <stddef.h>

struct memory_transport {
    struct transport transport; /* first: a transport is its memory */
    const char *body;
    size_t position;
    size_t room; /* bytes that may still be written before the client is gone */
    char written[65536];
    size_t written_length;
};

/* environment: "NAME=value" strings, NULL-terminated; body: what can be read, in pieces of three bytes. Both
 * are kept, not copied. */
void memory_transport_prepare(struct memory_transport *memory, char **environment, const char *body);

/* Prepares, and reads the head of the request, which must be good. */
void memory_transport_read_head(struct memory_transport *memory, char **environment, struct request *request,
                                struct arena *arena);

#endif
