/* Sends requests with libcurl. It must not try again, follow a redirect or decide anything by itself. */
#include "net/http_client.h"

#include "core/buf.h"
#include "core/waiting.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STATUS_MIN       100 /* RFC 9110, 15 */
#define STATUS_MAX       599
#define CONNECT_TO_BYTES (INET6_ADDRSTRLEN + 8)

struct http_client {
    CURL *easy;
    CURLM *multi; /* holds the connection, and lets us look up while we wait */
    struct http_client_limits limits;
    const char *ca_file;
    struct buf body;
    bool has_header; /* a whole one: libcurl takes a cut-off one for an answer, too */
    bool too_large;  /* the body, and not memory, is why it is cut off */
    char error[CURL_ERROR_SIZE];
};

/* What a request adds to the handle and is freed with it. */
struct lists {
    struct curl_slist *headers, *connect_to;
};

static pthread_once_t global_once = PTHREAD_ONCE_INIT;
static bool global_ready;

static void global_init(void)
{
    global_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

struct http_client *http_client_create(const struct http_client_limits *limits, const char *ca_file)
{
    struct http_client *client;

    pthread_once(&global_once, global_init);
    client = global_ready ? calloc(1, sizeof(*client)) : NULL;
    if (client == NULL)
        return NULL;
    client->limits = *limits;
    client->ca_file = ca_file;
    buf_init(&client->body, limits->response_max_bytes);
    client->easy = curl_easy_init();
    client->multi = curl_multi_init();
    if (client->easy == NULL || client->multi == NULL ||
        curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, 1L) != CURLM_OK) {
        http_client_free(client);
        return NULL;
    }
    return client;
}

void http_client_free(struct http_client *client)
{
    if (client == NULL)
        return;
    curl_easy_cleanup(client->easy);
    curl_multi_cleanup(client->multi);
    buf_free(&client->body);
    free(client);
}

struct http_client *http_client_once(struct http_client **client, const struct http_client_limits *limits)
{
    if (*client == NULL)
        *client = http_client_create(limits, NULL);
    return *client;
}

/* libcurl's write callback: taking less than was offered ends the transfer. */
static size_t take_body(char *data, size_t size, size_t count, void *context)
{
    struct http_client *client = context;

    client->too_large = size * count > client->body.max - client->body.length;
    buf_append(&client->body, data, size * count);
    /* rule: client.size */
    return client->body.failed ? 0 : size * count;
}

static size_t take_header(char *line, size_t size, size_t count, void *context)
{
    struct http_client *client = context;

    client->has_header = client->has_header || line[0] == '\r' || line[0] == '\n';
    return size * count;
}

static bool append(struct curl_slist **list, const char *text)
{
    struct curl_slist *longer = curl_slist_append(*list, text);

    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

/* "::ADDRESS:" stands for any host and port, and the URL's own port at ADDRESS. False: no memory, or no
 * address. */
static bool dial(struct lists *lists, const char *address, enum http_client_result *result)
{
    unsigned char parsed[sizeof(struct in6_addr)];
    char text[CONNECT_TO_BYTES];

    if (inet_pton(AF_INET, address, parsed) == 1) {
        snprintf(text, sizeof(text), "::%s:", address);
    } else if (inet_pton(AF_INET6, address, parsed) == 1) {
        snprintf(text, sizeof(text), "::[%s]:", address);
    } else {
        *result = HTTP_CLIENT_BAD_URL;
        return false;
    }
    return append(&lists->connect_to, text);
}

static bool make_lists(struct lists *lists, const struct http_client_request *request,
                       enum http_client_result *result)
{
    /* Bodies are sent at once: a server that does not know "100 Continue" would cost a second. */
    if (request->body != NULL && !append(&lists->headers, "Expect:"))
        return false;
    for (const char *const *header = request->headers; header != NULL && *header != NULL; header++) {
        if (!append(&lists->headers, *header))
            return false;
    }
    /* rule: client.address */
    return request->address == NULL || dial(lists, request->address, result);
}

/* What holds for every request. The handle was reset, so that nothing of the last one is left. */
static bool set_rules(struct http_client *client, int timeout_ms)
{
    CURL *easy = client->easy;

    /* rule: client.redirect */
    return curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)client->limits.connect_timeout_ms) ==
               CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, client->error) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HEADERDATA, client) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_WRITEDATA, client) == CURLE_OK &&
           (client->ca_file == NULL || curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file) == CURLE_OK);
}

static bool is_http(const char *url)
{
    return strncasecmp(url, "http://", strlen("http://")) == 0 ||
           strncasecmp(url, "https://", strlen("https://")) == 0;
}

static bool set_request(struct http_client *client, const struct http_client_request *request,
                        const struct lists *lists)
{
    CURL *easy = client->easy;

    if (request->body != NULL &&
        (curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body) != CURLE_OK ||
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length) != CURLE_OK))
        return false;
    return curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_HTTPHEADER, lists->headers) == CURLE_OK &&
           curl_easy_setopt(easy, CURLOPT_CONNECT_TO, lists->connect_to) == CURLE_OK;
}

/* How the transfer ended, of which none runs any more. */
static CURLcode outcome(struct http_client *client)
{
    CURLcode code = CURLE_FAILED_INIT;
    const CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(client->multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE)
            code = message->data.result;
    }
    return code;
}

/* libcurl keeps the request's own limit of time: it wakes by itself when that is over. */
static CURLcode transfer(struct http_client *client, int timeout_ms, bool may_be_ended)
{
    struct waiting waiting = waiting_begin();
    CURLcode code = CURLE_FAILED_INIT;
    int running = 1;

    if (curl_multi_add_handle(client->multi, client->easy) != CURLM_OK)
        return CURLE_OUT_OF_MEMORY;
    while (running > 0 && curl_multi_perform(client->multi, &running) == CURLM_OK) {
        if (running == 0)
            code = outcome(client);
        /* rule: client.end */
        else if ((may_be_ended && waiting_is_to_end()) ||
                 curl_multi_poll(client->multi, NULL, 0, waiting_slice_ms(&waiting, timeout_ms), NULL) !=
                     CURLM_OK)
            break;
        waiting_goes_on(&waiting);
    }
    if (running > 0)
        snprintf(client->error, sizeof(client->error), "the wait was given up");
    curl_multi_remove_handle(client->multi, client->easy);
    return code;
}

static enum http_client_result finish(struct http_client *client, CURLcode code,
                                      struct http_client_response *response)
{
    long status = 0;

    if (client->error[0] == '\0')
        snprintf(client->error, sizeof(client->error), "%s",
                 code != CURLE_OK ? curl_easy_strerror(code) : "the answer was cut off");
    if (client->too_large)
        return HTTP_CLIENT_TOO_LARGE;
    if (code == CURLE_URL_MALFORMAT)
        return HTTP_CLIENT_BAD_URL;
    if (code != CURLE_OK || !client->has_header || client->body.failed ||
        curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
        return HTTP_CLIENT_NO_ANSWER;
    /* rule: client.status */
    if (status < STATUS_MIN || status > STATUS_MAX) {
        snprintf(client->error, sizeof(client->error), "the answer's status is none");
        return HTTP_CLIENT_NO_ANSWER;
    }
    client->error[0] = '\0';
    response->status = (int)status;
    response->body = client->body.data;
    response->length = client->body.length;
    return HTTP_CLIENT_ANSWERED;
}

enum http_client_result http_client_send(struct http_client *client,
                                         const struct http_client_request *request,
                                         struct http_client_response *response)
{
    const int limit = client->limits.timeout_ms;
    const int timeout_ms =
        request->timeout_ms > 0 && request->timeout_ms < limit ? request->timeout_ms : limit;
    enum http_client_result result = HTTP_CLIENT_NO_ANSWER;
    struct lists lists = { 0 };

    *response = (struct http_client_response){ .body = "", .error = client->error };
    client->error[0] = '\0';
    client->has_header = false;
    client->too_large = false;
    buf_free(&client->body);
    buf_init(&client->body, client->limits.response_max_bytes);
    curl_easy_reset(client->easy);
    /* rule: client.scheme */
    if (!is_http(request->url))
        result = HTTP_CLIENT_BAD_URL;
    else if (make_lists(&lists, request, &result) && set_rules(client, timeout_ms) &&
             set_request(client, request, &lists))
        result = finish(client, transfer(client, timeout_ms, request->may_be_ended), response);
    if (result != HTTP_CLIENT_ANSWERED && client->error[0] == '\0')
        snprintf(client->error, sizeof(client->error), "the request could not be made");
    curl_slist_free_all(lists.headers);
    curl_slist_free_all(lists.connect_to);
    return result;
}
