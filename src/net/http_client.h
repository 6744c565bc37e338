/* An HTTP client over libcurl, the only one: for the services and instances that the server talks to, and for
 * rigger-miner. One connection is kept between requests. It follows no redirect, uses no proxy and no .netrc,
 * speaks http and https only, and never takes more of an answer than it was allowed to. One client belongs to
 * one thread. The process ignores SIGPIPE. */
#ifndef RIGGER_NET_HTTP_CLIENT_H
#define RIGGER_NET_HTTP_CLIENT_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

struct http_client;

struct http_client_limits {
    int connect_timeout_ms;    /* look-up, connection and TLS */
    int timeout_ms;            /* all of a request, the connection included */
    size_t response_max_bytes; /* of a body; its header may have as many as libcurl allows */
};

struct http_client_request {
    const char *method; /* GET, POST, PUT, PATCH or DELETE */
    const char *url;
    const char *const *headers; /* "Name: value" lines, NULL-terminated; NULL: none */
    const void *body;           /* NULL: none. With one, Content-Type belongs into the headers */
    size_t body_length;
    const char *
        address; /* the vetted inet_pton address that is dialled, whatever the URL's host; NULL: look it up */
    int timeout_ms;    /* less than the limit, where this request has less; 0: the limit */
    bool may_be_ended; /* given up where long waits are to end (core/waiting.h) */
};

struct http_client_response {
    int status;       /* 100 … 599; 0: there was no whole answer */
    const char *body; /* NUL-terminated; the client's, valid until its next request or its end */
    size_t length;
    const char *error; /* why there was no answer, for a log, "" otherwise; valid as the body */
};

/* ca_file: PEM certificates to trust instead of the system's; NULL: the system's. It must outlive the client.
 * NULL where memory is out. */
struct http_client *http_client_create(const struct http_client_limits *limits,
                                       const char *ca_file) MUST_CHECK;
void http_client_free(struct http_client *client);

/* *client, which a caller keeps for as long as its process: made here by the first call, with the system's
 * certificates. NULL where memory is out; the next call tries again. */
struct http_client *http_client_once(struct http_client **client,
                                     const struct http_client_limits *limits) MUST_CHECK;

enum http_client_result {
    HTTP_CLIENT_ANSWERED,  /* with any HTTP status */
    HTTP_CLIENT_NO_ANSWER, /* a matter of network, time or memory */
    HTTP_CLIENT_TOO_LARGE, /* the answer's body is longer than allowed */
    HTTP_CLIENT_BAD_URL    /* it is no http(s) URL, or address is none */
};

/* Sends a request and waits for the answer. */
enum http_client_result http_client_send(struct http_client *client,
                                         const struct http_client_request *request,
                                         struct http_client_response *response) MUST_CHECK;

#endif
