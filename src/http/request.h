/* A request as the web server hands it over in CGI variables, whatever the transport. */
#ifndef RIGGER_HTTP_REQUEST_H
#define RIGGER_HTTP_REQUEST_H

#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define REQUEST_ID_MAX_BYTES 64

enum http_method {
    HTTP_OTHER,
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_METHOD_COUNT
};

/* "GET", …; "-" for HTTP_OTHER. */
const char *http_method_name(enum http_method method);

/* Where a request comes from and its answer goes to; implemented by transport_fcgi.c and transport_cgi.c. */
struct transport {
    char **environment; /* "NAME=value" strings, NULL-terminated; a name may stand twice */
    /* Reads up to length bytes of the body. Returns the count, 0 at its end, -1 on error or time-out. */
    ssize_t (*read)(struct transport *transport, void *data, size_t length);
    /* Writes all of it; false: the client is gone. */
    bool (*write)(struct transport *transport, const void *data, size_t length);
};

struct request {
    struct arena *arena;
    struct transport *transport;
    enum http_method method;
    const char *method_text;
    const char *path;       /* raw (still percent-encoded) path of REQUEST_URI less the base path */
    const char *query;      /* raw query string without "?"; "" if none */
    const char *peer;       /* REMOTE_ADDR */
    const char *client;     /* the client's address after the trusted proxies; see auth/client_address.h */
    const char *request_id; /* the web server's own word (never a header's), else a new UUID */
    const unsigned char *body;
    size_t body_length;
};

/* Reads the head of a request from transport->environment: method, path (base_path taken off), query, peer,
 * id. REFUSAL_MALFORMED_REQUEST: no REQUEST_URI, or one that is not an origin-form path; REFUSAL_NOT_FOUND:
 * outside base_path. request_id is set in every case. */
enum refusal request_read_head(struct request *request, struct arena *arena, struct transport *transport,
                               const char *base_path) MUST_CHECK;

/* Reads the body, at most max_bytes. REFUSAL_TOO_LARGE before anything is read where CONTENT_LENGTH says so;
 * REFUSAL_MALFORMED_REQUEST: CONTENT_LENGTH is not a number, or not what arrived. Without one there is no
 * body; REFUSAL_LENGTH_REQUIRED: there is, in chunks that the web server did not count.
 */
enum refusal request_read_body(struct request *request, size_t max_bytes) MUST_CHECK;

/* The values of a CGI variable whose header is a list, joined with ", " in the order in which they stand
 * there (RFC 9110, 5.3), on the request's arena; NULL if absent. */
const char *request_list(const struct request *request, const char *name);

/* The value of a CGI variable (e.g. "HTTP_X_CHUTES_HOTKEY"), NULL if absent; *count is how often it stands
 * there. */
const char *request_variable(const struct request *request, const char *name, int *count);

#endif
