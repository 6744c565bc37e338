/* The bytes that a pod, or a GraVal service, answers a request with: an answer has a status and no more than
 * it may have. */
#include "fuzz/fuzz.h"
#include "net/http_client.h"

#include <string.h>

#define MAX_BYTES 4096

void fuzz_http_answer(const unsigned char *data, size_t size);

void fuzz_http_answer(const unsigned char *data, size_t size)
{
    static const struct http_client_limits limits = { .connect_timeout_ms = 1000,
                                                      .timeout_ms = 1000,
                                                      .response_max_bytes = MAX_BYTES };
    static struct http_client *client;
    struct arena *arena = fuzz_arena();
    struct http_client_request request = { .method = "GET" };
    struct http_client_response response;
    int port = fuzz_peer_answers(data, size);

    request.url = arena_printf(arena, "http://127.0.0.1:%d/x", port);
    FUZZ_CHECK(http_client_once(&client, &limits) != NULL);
    switch (http_client_send(client, &request, &response)) {
    case HTTP_CLIENT_ANSWERED:
        FUZZ_CHECK(response.status >= 100 && response.status <= 599);
        FUZZ_CHECK(response.length <= MAX_BYTES && response.body[response.length] == '\0');
        FUZZ_CHECK(response.length <= size);
        break;
    case HTTP_CLIENT_NO_ANSWER:
    case HTTP_CLIENT_TOO_LARGE:
        FUZZ_CHECK(response.error[0] != '\0');
        break;
    case HTTP_CLIENT_BAD_URL:
        FUZZ_CHECK(false);
    }
}
