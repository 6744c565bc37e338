/* net/http_client: what it sends, what it takes, and what it refuses to do, against a server of this test's
 * own. */
#include "net/http_client.h"

#include "core/waiting.h"
#include <arpa/inet.h>

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

Suite *http_client_suite(void);

#define ANSWER_MAX_BYTES 4096
#define LONG_MS          60000 /* only a failing test uses it up */

/* Answers every request with the same bytes and keeps the last request. */
static struct server {
    pthread_t thread;
    int listener, port;
    const char *answer;
    char request[65536]; /* of the last one, header and body */
    int connections, requests;
} server;

static struct http_client *client;
static char url[128];

/* Bytes of the request in `text` that are still to come; 1 where its header is not whole. */
static size_t missing(const char *text, size_t length)
{
    const char *end = strstr(text, "\r\n\r\n"), *field = strstr(text, "Content-Length: ");
    size_t body = field != NULL ? strtoul(field + strlen("Content-Length: "), NULL, 10) : 0;
    size_t whole = end != NULL ? (size_t)(end - text) + 4 + body : length + 1;

    return whole > length ? whole - length : 0;
}

static bool receive(int connection)
{
    char request[sizeof(server.request)] = "";
    size_t length = 0;

    do {
        ssize_t got = recv(connection, request + length, sizeof(request) - 1 - length, 0);

        if (got <= 0)
            return false;
        length += (size_t)got;
    } while (missing(request, length) > 0);
    memcpy(server.request, request, sizeof(request));
    return true;
}

static void *serve(void *unused)
{
    int connection;

    (void)unused;
    while ((connection = accept(server.listener, NULL, NULL)) >= 0) {
        server.connections++;
        while (receive(connection)) {
            server.requests++;
            if (send(connection, server.answer, strlen(server.answer), MSG_NOSIGNAL) < 0)
                break;
            if (strstr(server.answer, "Content-Length") == NULL)
                break;
        }
        close(connection);
    }
    return NULL;
}

static void set_up(void)
{
    const struct http_client_limits limits = { .connect_timeout_ms = LONG_MS,
                                               .timeout_ms = LONG_MS,
                                               .response_max_bytes = ANSWER_MAX_BYTES };
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof(address);

    signal(SIGPIPE, SIG_IGN);
    server = (struct server){ .answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" };
    server.listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(server.listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(server.listener, 16), 0);
    ck_assert_int_eq(getsockname(server.listener, (struct sockaddr *)&address, &length), 0);
    server.port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&server.thread, NULL, serve, NULL), 0);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/path?x=1", server.port);
    client = http_client_create(&limits, NULL);
    ck_assert_ptr_nonnull(client);
}

static void tear_down(void)
{
    http_client_free(client);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(server.thread, NULL);
    close(server.listener);
}

static enum http_client_result get(const char *where, const char *address,
                                   struct http_client_response *response)
{
    const struct http_client_request request = { .method = "GET", .url = where, .address = address };

    return http_client_send(client, &request, response);
}

START_TEST(method_path_headers_and_body_arrive)
{
    static const char *const methods[] = { "GET", "POST", "PUT", "PATCH", "DELETE" };
    const char *const headers[] = { "Authorization: token", "Content-Type: application/json", NULL };
    struct http_client_request request = { .method = methods[_i], .url = url, .headers = headers };
    struct http_client_response response;
    char first[64];

    if (_i > 0) {
        request.body = "{\"a\": \"\0b\"}";
        request.body_length = 11;
    }
    ck_assert_int_eq(http_client_send(client, &request, &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(response.status, 200);
    ck_assert_str_eq(response.body, "{}");
    ck_assert_uint_eq(response.length, 2);
    ck_assert_str_eq(response.error, "");

    snprintf(first, sizeof(first), "%s /path?x=1 HTTP/1.1\r\n", methods[_i]);
    ck_assert_int_eq(strncmp(server.request, first, strlen(first)), 0);
    ck_assert_ptr_nonnull(strstr(server.request, "\r\nAuthorization: token\r\n"));
    ck_assert_ptr_null(strstr(server.request, "Expect"));
    if (_i > 0) {
        ck_assert_ptr_nonnull(strstr(server.request, "\r\nContent-Type: application/json\r\n"));
        ck_assert_mem_eq(strstr(server.request, "\r\n\r\n") + 4, "{\"a\": \"\0b\"}", 11);
    }
}
END_TEST

START_TEST(nothing_of_a_request_is_left_in_the_next)
{
    const char *const headers[] = { "Authorization: token", NULL };
    const struct http_client_request request = {
        .method = "POST", .url = url, .headers = headers, .body = "text", .body_length = 4
    };
    struct http_client_response response;

    ck_assert_int_eq(http_client_send(client, &request, &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(strncmp(server.request, "GET ", 4), 0);
    ck_assert_ptr_null(strstr(server.request, "Authorization"));
    ck_assert_ptr_null(strstr(server.request, "text"));
}
END_TEST

START_TEST(the_connection_is_kept)
{
    struct http_client_response response;

    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(server.requests, 5);
    ck_assert_int_eq(server.connections, 1);
}
END_TEST

START_TEST(any_status_is_an_answer)
{
    struct http_client_response response;

    server.answer = "HTTP/1.1 503 Away\r\nContent-Length: 4\r\n\r\naway";
    ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(response.status, 503);
    ck_assert_str_eq(response.body, "away");
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
    char answer[256];
    struct http_client_response response;

    snprintf(answer, sizeof(answer), "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", url);
    server.answer = answer;
    ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(response.status, 302);
    ck_assert_int_eq(server.requests, 1);
}
END_TEST

START_TEST(the_address_given_is_dialled_whatever_the_host)
{
    static const char *const hosts[] = { "host.invalid", "192.0.2.1", "[2001:db8::1]" };
    struct http_client_response response;
    char where[128], field[128];

    snprintf(where, sizeof(where), "http://%s:%d/", hosts[_i], server.port);
    snprintf(field, sizeof(field), "\r\nHost: %s:%d\r\n", hosts[_i], server.port);
    ck_assert_int_eq(get(where, "127.0.0.1", &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(response.status, 200);
    ck_assert_ptr_nonnull(strstr(server.request, field));
}
END_TEST

START_TEST(an_address_is_not_remembered)
{
    struct http_client_response response;
    char where[128];

    snprintf(where, sizeof(where), "http://host.invalid:%d/", server.port);
    ck_assert_int_eq(get(where, "127.0.0.1", &response), HTTP_CLIENT_ANSWERED);
    ck_assert_int_eq(get(where, NULL, &response), HTTP_CLIENT_NO_ANSWER);
    ck_assert_int_eq(get(where, "::1", &response), HTTP_CLIENT_NO_ANSWER);
    ck_assert_int_eq(server.requests, 1);
}
END_TEST

START_TEST(a_name_is_no_address)
{
    static const char *const names[] = { "",      "localhost", "127.1", "2130706433", "127.0.0.1:80",
                                         "[::1]", "::1%lo" };
    struct http_client_response response;

    ck_assert_int_eq(get(url, names[_i], &response), HTTP_CLIENT_BAD_URL);
    ck_assert_int_eq(response.status, 0);
    ck_assert_int_eq(server.connections, 0);
}
END_TEST

START_TEST(schemes_but_http_are_refused)
{
    static const char *const urls[] = { "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
                                        "dict://127.0.0.1/", "http://" };
    struct http_client_response response;

    ck_assert_int_eq(get(urls[_i], NULL, &response), HTTP_CLIENT_BAD_URL);
    ck_assert_str_eq(response.body, "");
    ck_assert_str_ne(response.error, "");
}
END_TEST

START_TEST(a_body_may_be_as_long_as_allowed_and_no_longer)
{
    const size_t length = ANSWER_MAX_BYTES + (size_t)_i;
    char answer[ANSWER_MAX_BYTES + 128];
    struct http_client_response response;
    int header = snprintf(answer, sizeof(answer), "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", length);

    memset(answer + header, 'x', length);
    answer[(size_t)header + length] = '\0';
    server.answer = answer;
    if (_i == 0) {
        ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_ANSWERED);
        ck_assert_uint_eq(response.length, ANSWER_MAX_BYTES);
    } else {
        ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_TOO_LARGE);
        ck_assert_int_eq(response.status, 0);
        ck_assert_uint_eq(response.length, 0);
    }
}
END_TEST

START_TEST(an_answer_that_is_no_http_or_is_cut_off_is_none)
{
    static const char *const answers[] = { "", "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                                           "HTTP/1.1 200 OK\r\nContent-Le" };
    struct http_client_response response;

    server.answer = answers[_i];
    ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_NO_ANSWER);
    ck_assert_int_eq(response.status, 0);
    ck_assert_str_ne(response.error, "");
}
END_TEST

START_TEST(a_proxy_of_the_environment_is_not_used)
{
    struct http_client_response response;

    setenv("http_proxy", "http://127.0.0.1:9/", 1);
    setenv("all_proxy", "http://127.0.0.1:9/", 1);
    ck_assert_int_eq(get(url, NULL, &response), HTTP_CLIENT_ANSWERED);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
}
END_TEST

START_TEST(a_silent_server_is_given_up)
{
    const struct http_client_request request = { .method = "GET", .url = url, .timeout_ms = 50 };
    struct http_client_response response;

    server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort";
    ck_assert_int_eq(http_client_send(client, &request, &response), HTTP_CLIENT_NO_ANSWER);
    ck_assert_int_eq(response.status, 0);
    ck_assert_str_ne(response.error, "");
}
END_TEST

static int told;

static void lasts(void)
{
    told++;
}

static bool always(void)
{
    return true;
}

START_TEST(a_long_wait_is_told_and_can_be_ended)
{
    static const struct waiting_hooks hooks = { lasts, NULL, always };
    struct http_client_request request = { .method = "GET", .url = url, .timeout_ms = 2 * WAITING_MOMENT_MS };
    struct http_client_response response;

    told = 0;
    waiting_register(&hooks);
    server.answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort";
    ck_assert_int_eq(http_client_send(client, &request, &response), HTTP_CLIENT_NO_ANSWER);
    ck_assert_int_eq(told, 1);
    request.may_be_ended = true;
    ck_assert_int_eq(http_client_send(client, &request, &response), HTTP_CLIENT_NO_ANSWER);
    ck_assert_str_eq(response.error, "the wait was given up");
    waiting_register(NULL);
}
END_TEST

Suite *http_client_suite(void)
{
    Suite *suite = suite_create("net/http_client");
    TCase *tests = tcase_create("http_client");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, method_path_headers_and_body_arrive, 0, 5);
    tcase_add_test(tests, nothing_of_a_request_is_left_in_the_next);
    tcase_add_test(tests, the_connection_is_kept);
    tcase_add_test(tests, any_status_is_an_answer);
    tcase_add_test(tests, a_redirect_is_not_followed);
    tcase_add_loop_test(tests, the_address_given_is_dialled_whatever_the_host, 0, 3);
    tcase_add_test(tests, an_address_is_not_remembered);
    tcase_add_loop_test(tests, a_name_is_no_address, 0, 7);
    tcase_add_loop_test(tests, schemes_but_http_are_refused, 0, 5);
    tcase_add_loop_test(tests, a_body_may_be_as_long_as_allowed_and_no_longer, 0, 2);
    tcase_add_loop_test(tests, an_answer_that_is_no_http_or_is_cut_off_is_none, 0, 3);
    tcase_add_test(tests, a_proxy_of_the_environment_is_not_used);
    tcase_add_test(tests, a_silent_server_is_given_up);
    tcase_add_test(tests, a_long_wait_is_told_and_can_be_ended);
    suite_add_tcase(suite, tests);
    return suite;
}
