/* Makes answers and writes them in CGI form. No header leaves here with a line break in it, and nothing of an
 * internal error but the request's id. */
#include "http/response.h"

#include "core/buf.h"
#include "json/json.h"
#include "json/json_text.h"

#include <string.h>

#define RETRY_AFTER_S  2
#define HEAD_MAX_BYTES 131072

/* The longest that one byte gets as JSON: \u00XX. */
#define JSON_BYTES_PER_BYTE 6

static const struct {
    int status;
    const char *phrase;
} phrases[] = {
    { 200, "OK" },
    { 202, "Accepted" },
    { 204, "No Content" },
    { 307, "Temporary Redirect" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 409, "Conflict" },
    { 411, "Length Required" },
    { 413, "Content Too Large" },
    { 422, "Unprocessable Content" },
    { 423, "Locked" },
    { 429, "Too Many Requests" },
    { 500, "Internal Server Error" },
    { 503, "Service Unavailable" },
};

/* RFC 9110 lets a client make do with the number. */
static const char *phrase_of(int status)
{
    for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Unknown";
}

/* Everything that an answer before this one may have set is forgotten. */
static void set_body(struct response *response, int http_status, const char *body, size_t length,
                     const char *refusal)
{
    *response = (struct response){
        .status = http_status,
        .body = body,
        .body_length = length,
        .refusal = refusal,
        .retry_after_s = http_status == 503 ? RETRY_AFTER_S : 0,
    };
}

void response_detail(struct response *response, struct arena *arena, int http_status, const char *text)
{
    size_t length = strlen(text);
    struct buf body;

    buf_init(&body, sizeof("{\"detail\":\"\"}") + JSON_BYTES_PER_BYTE * length);
    buf_puts(&body, "{\"detail\":");
    buf_json_string(&body, text, length);
    buf_puts(&body, "}");
    if (body.failed) {
        static const char sorry[] = "{\"detail\":\"" REFUSAL_UNAVAILABLE_TEXT "\"}";

        set_body(response, refusal_http(REFUSAL_UNAVAILABLE), sorry, sizeof(sorry) - 1,
                 REFUSAL_UNAVAILABLE_TEXT);
    } else {
        set_body(response, http_status, arena_strndup(arena, body.data, body.length), body.length,
                 arena_strdup(arena, text));
    }
    buf_free(&body);
}

/* Whether the same request is worth sending again soon; all of 503 is. */
static bool passes_soon(enum refusal refusal)
{
    return refusal == REFUSAL_ATTEMPT_UNDER_WAY || refusal == REFUSAL_CLAIM_UNDER_WAY ||
           refusal == REFUSAL_LOOKUPS_TOO_MANY;
}

void response_refuse(struct response *response, const struct request *request, enum refusal refusal,
                     const char *subject)
{
    if (refusal_http(refusal) == 0)
        refusal = REFUSAL_INTERNAL_ERROR;
    if (refusal == REFUSAL_INTERNAL_ERROR)
        subject = request->request_id;
    response_detail(response, request->arena, refusal_http(refusal),
                    refusal_text(request->arena, refusal, subject));
    if (passes_soon(refusal))
        response->retry_after_s = RETRY_AFTER_S;
}

void response_json(struct response *response, struct arena *arena, int http_status, json_object *value)
{
    const char *body = json_text(arena, value);

    json_defer(arena, value);
    if (value == NULL)
        response_detail(response, arena, refusal_http(REFUSAL_UNAVAILABLE), REFUSAL_UNAVAILABLE_TEXT);
    else
        set_body(response, http_status, body, strlen(body), NULL);
}

void response_content(struct response *response, const char *content_type, const char *body, size_t length)
{
    set_body(response, 200, body, length, NULL);
    response->content_type = content_type;
}

#define PAGE_POLICY                                                                                          \
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none';"          \
    " form-action 'none'; frame-ancestors 'none'"

/* A value with a control character in it is left out: part of a header would mean something else. */
static void put_header(struct buf *head, const char *name, const char *value)
{
    if (value == NULL)
        return;
    for (const char *at = value; *at != '\0'; at++)
        /* rule: http.header_line */
        if ((unsigned char)*at < ' ' || *at == 0x7F)
            return;
    buf_printf(head, "%s: %s\r\n", name, value);
}

bool response_write(const struct response *response, const struct request *request)
{
    struct transport *transport = request->transport;
    struct buf head;
    bool written;

    buf_init(&head, HEAD_MAX_BYTES);
    buf_printf(&head, "Status: %d %s\r\n", response->status, phrase_of(response->status));
    put_header(&head, "Content-Type",
               response->content_type != NULL ? response->content_type : "application/json");
    buf_printf(&head, "Content-Length: %zu\r\n", response->body != NULL ? response->body_length : 0);
    put_header(&head, "Cache-Control", "no-store");
    put_header(&head, "X-Content-Type-Options", "nosniff");
    if (response->is_page) {
        put_header(&head, "Content-Security-Policy", PAGE_POLICY);
        put_header(&head, "X-Frame-Options", "DENY");
        put_header(&head, "Referrer-Policy", "no-referrer");
    }
    put_header(&head, "X-Request-ID", request->request_id);
    put_header(&head, "Location", response->location);
    put_header(&head, "Allow", response->allow);
    if (response->retry_after_s > 0)
        buf_printf(&head, "Retry-After: %d\r\n", response->retry_after_s);
    buf_puts(&head, "\r\n");
    written = !head.failed && transport->write(transport, head.data, head.length);
    if (written && response->body_length > 0 && response->body != NULL && request->method != HTTP_HEAD)
        written = transport->write(transport, response->body, response->body_length);
    buf_free(&head);
    return written;
}
