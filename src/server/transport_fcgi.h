/* FastCGI through libfcgi, one connection a request. The only file that includes fcgiapp.h is
 * transport_fcgi.c. */
#ifndef RIGGER_SERVER_TRANSPORT_FCGI_H
#define RIGGER_SERVER_TRANSPORT_FCGI_H

#include "core/attributes.h"
#include "http/request.h"

#include <stdbool.h>
#include <stdint.h>

struct fcgi_connection;

/* Prepares the library; once per process, before any signal handler is installed: it installs its own. */
bool fcgi_prepare(void) MUST_CHECK;

/* How long a connection may take, in ms. */
struct fcgi_limits {
    int64_t io_ms;   /* one read or write */
    int64_t body_ms; /* all that is still to come of a request */
};

/* Reads the head of the one request on an accepted connection. whole: nothing of it is still to come
 * (server/lobby.h), so nothing is waited for. The library has no time limits, so the descriptor gets them.
 * Takes the descriptor over. NULL: no whole, well-formed request came. */
struct fcgi_connection *fcgi_open(int fd, bool whole, const struct fcgi_limits *limits) MUST_CHECK;

/* The request's transport; it lives as long as the connection. */
struct transport *fcgi_transport(struct fcgi_connection *connection);

/* Ends the request and closes the descriptor. */
void fcgi_close(struct fcgi_connection *connection);

#endif
