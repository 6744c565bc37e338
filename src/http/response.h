/* The answer being made. It is written once, whole, when the request is over. */
#ifndef RIGGER_HTTP_RESPONSE_H
#define RIGGER_HTTP_RESPONSE_H

#include "core/arena.h"
#include "core/refusal.h"
#include "http/request.h"

#include <json-c/json.h>
#include <stdbool.h>

struct response {
    int status;
    const char *content_type; /* NULL: application/json */
    const char *body;         /* in the request's arena; NULL: none */
    size_t body_length;
    const char *location; /* of a 307 */
    const char *allow;    /* of a 405 */
    int retry_after_s;    /* > 0: Retry-After */
    bool is_page;         /* for a browser: it may load and run what comes from here, and nothing else */
    const char *refusal;  /* what goes into the log; a public text */
};

/* {"detail": text} with the given HTTP status; text is copied. 503 gets Retry-After. */
void response_detail(struct response *response, struct arena *arena, int http_status, const char *text);

/* response_detail with the status and public text of the catalogue. subject fills the text's place; NULL: "".
 * That of REFUSAL_INTERNAL_ERROR is the request id, and nothing else. What is no refusal (REFUSAL_NONE, a
 * failure without a status) is a defect, and is answered as an internal error. */
void response_refuse(struct response *response, const struct request *request, enum refusal refusal,
                     const char *subject);

/* A JSON value; takes ownership of value. NULL (out of memory) becomes a 503. */
void response_json(struct response *response, struct arena *arena, int http_status, json_object *value);

/* Something else than JSON, with 200. content_type is static; body lives as long as the request. */
void response_content(struct response *response, const char *content_type, const char *body, size_t length);

/* Writes head and body in CGI form ("Status: …"). HEAD requests get no body. false: the client is gone. */
bool response_write(const struct response *response, const struct request *request);

#endif
