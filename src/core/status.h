/* The outcomes a function can have, each with its HTTP status and the public text that a client is shown.
 * One table: no other file writes a public text for a failure, except the SQL functions for their own rules.
 */
#ifndef RIGGER_CORE_STATUS_H
#define RIGGER_CORE_STATUS_H

/* X(name, HTTP status, public text) */
#define STATUS_TABLE(X)                                                                                      \
    X(OK, 200, "OK")                                                                                         \
    X(MALFORMED_REQUEST, 400, "Malformed request")                                                           \
    X(NO_CREDENTIAL, 401, "Authentication required")                                                         \
    X(INCOMPLETE_SIGNATURE, 401, "X-Chutes-Hotkey, X-Chutes-Nonce and X-Chutes-Signature belong together")   \
    X(DUPLICATE_CREDENTIAL, 401, "An authentication header was sent more than once")                         \
    X(BAD_HOTKEY, 401, "X-Chutes-Hotkey is not a valid SS58 address of this network")                        \
    X(BAD_NONCE, 401, "X-Chutes-Nonce must be Unix seconds, less than 600 seconds from now")                 \
    X(BAD_SIGNATURE, 401, "Signature verification failed")                                                   \
    X(BAD_TOKEN, 401, "Invalid or expired token")                                                            \
    X(BAD_ACCOUNT, 401, "Invalid account credential")                                                        \
    X(FORBIDDEN, 403, "Forbidden")                                                                           \
    X(NOT_FOUND, 404, "Not Found")                                                                           \
    X(METHOD_NOT_ALLOWED, 405, "Method Not Allowed")                                                         \
    X(TOO_LARGE, 413, "Request body too large")                                                              \
    X(INVALID, 422, "Unprocessable Entity")                                                                  \
    X(FAULT, 500, "Internal Server Error")                                                                   \
    X(UNAVAILABLE, 503, "Service temporarily unavailable, try again")

enum status {
#define X(name, http, text) STATUS_##name,
    STATUS_TABLE(X)
#undef X
};

/* The HTTP status code of an outcome. */
int status_http(enum status status);

/* The public text of an outcome; static storage. */
const char *status_text(enum status status);

#endif
