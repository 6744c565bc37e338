/* server/pipeline: the order of the steps of a request, up to where a database is asked: pool, route, body,
 * credential, tables, answer. */
#include "server/pipeline.h"

#include "auth/launch_token.h"
#include "check/config_fixture.h"
#include "check/memory_transport.h"
#include "core/clock.h"
#include "server/process.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define CONFIG_ID    "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"
#define CLAIM        "/instances/launch_config/" CONFIG_ID

Suite *pipeline_steps_suite(void);

static struct config *config;
static struct process process;
static struct memory_transport memory;

static void set_up(void)
{
    config_fixture_set_up();
    config = config_fixture_load_good("[database]\ndsn = host=/nowhere/at/all\n" LAUNCH SECRETS ATTESTATION
                                      "[server]\nbase_path = /api\ntrusted_proxies = 10.0.0.0/8\n"
                                      "body_max_bytes = 1024\nclaim_body_max_bytes = 65536\n");
    process =
        (struct process){ .config = config, .arena = arena_create((size_t)1 << 22), .db = db_create(config) };
    process_prepare();
}

static void tear_down(void)
{
    db_free(process.db);
    arena_free(process.arena);
    config_free(config);
    config_fixture_tear_down();
}

/* Serves a request and returns the answer as text. more: further variables, NULL-terminated; NULL: none. */
static const char *serve(enum process_kind kind, const char *method, const char *uri, const char *body,
                         const char *const *more)
{
    char method_text[64], uri_text[256], length[64];
    char *environment[12] = { method_text, uri_text, length, "REQUEST_ID=id-1" };

    snprintf(method_text, sizeof(method_text), "REQUEST_METHOD=%s", method);
    snprintf(uri_text, sizeof(uri_text), "REQUEST_URI=%s", uri);
    snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", strlen(body));
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        environment[4 + i] = (char *)more[i];
    process.kind = kind;
    memory_transport_prepare(&memory, environment, body);
    pipeline_serve(&process, &memory.transport, clock_monotonic_ms() + 1000);
    memory.written[memory.written_length] = '\0';
    return memory.written;
}

static void assert_has(const char *answer, const char *text)
{
    ck_assert_msg(strstr(answer, text) != NULL, "no \"%s\" in:\n%s", text, answer);
}

static const struct {
    enum process_kind kind;
    const char *method, *uri, *begin, *part;
} answers[] = {
    { PROCESS_FAST, "GET", "/api/livez", "Status: 200 ", "\r\n\r\n{\"status\":\"alive\"}" },
    { PROCESS_BARE, "GET", "/api/livez", "Status: 200 ", "X-Request-ID: id-1\r\n" },
    { PROCESS_CGI, "GET", "/api/livez", "Status: 200 ", "Cache-Control: no-store\r\n" },
    { PROCESS_FAST, "GET", "/api/%6civez", "Status: 200 ", "alive" },
    { PROCESS_FAST, "GET", "/livez", "Status: 404 ", "{\"detail\":\"Not Found\"}" },
    { PROCESS_FAST, "GET", "/api/livez/x", "Status: 404 ", "{\"detail\":\"Not Found\"}" },
    { PROCESS_FAST, "GET", "api", "Status: 400 ", "{\"detail\":" },
    { PROCESS_FAST, "POST", "/api/livez", "Status: 405 ", "Allow: GET\r\n" },
    { PROCESS_FAST, "HEAD", "/api/livez", "Status: 405 ", "Allow: GET\r\n" },
    { PROCESS_BARE, "GET", "/api" CLAIM, "Status: 405 ", "Allow: POST, PUT, PATCH, DELETE\r\n" },
    { PROCESS_FAST, "GET", "/api/livez/", "Status: 307 ", "Location: /api/livez\r\n" },
    { PROCESS_FAST, "GET", "/api/docs?a=b", "Status: 307 ", "Location: /api/docs/?a=b\r\n" },
    { PROCESS_FAST, "GET", "/api/docs/", "Status: 200 ", "Content-Security-Policy: " },
    { PROCESS_FAST, "GET", "/api/openapi.json", "Status: 200 ", "\"openapi\":\"3.1.0\"" },
    { PROCESS_FAST, "GET", "/api/metrics", "Status: 403 ", "{\"detail\":" },
    { PROCESS_FAST, "GET", "/api/instances/token_check?salt=%ff", "Status: 422 ", "\"loc\":[\"query\"" },
    { PROCESS_FAST, "GET", "/api/instances/launch_config", "Status: 401 ", "{\"detail\":" },
    { PROCESS_FAST, "DELETE", "/api/instances/a/b", "Status: 401 ", "{\"detail\":" },
    { PROCESS_SLOW, "POST", "/api" CLAIM, "Status: 401 ", "{\"detail\":" },
    { PROCESS_SLOW, "PUT", "/api" CLAIM, "Status: 401 ", "{\"detail\":" },
    { PROCESS_FAST, "GET", "/api/ping", "Status: 503 ", "Retry-After: " },
};

START_TEST(a_request_gets_as_far_as_it_may)
{
    const char *answer = serve(answers[_i].kind, answers[_i].method, answers[_i].uri, "", NULL);

    ck_assert_msg(strncmp(answer, answers[_i].begin, strlen(answers[_i].begin)) == 0, "%s", answer);
    if (strcmp(answers[_i].method, "HEAD") == 0)
        ck_assert_str_eq(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    assert_has(answer, answers[_i].part);
}
END_TEST

static const struct {
    enum process_kind kind;
    const char *method, *uri;
} misrouted[] = {
    { PROCESS_SLOW, "GET", "/api/livez" },         { PROCESS_SLOW, "GET", "/api/instances/launch_config" },
    { PROCESS_FAST, "POST", "/api" CLAIM },        { PROCESS_FAST, "PUT", "/api" CLAIM },
    { PROCESS_FAST, "POST", "/api/instances/x/" }, { PROCESS_FAST, "POST", "/api/%69nstances/x/" },
};

START_TEST(a_request_at_the_wrong_pool_s_socket_is_nowhere)
{
    const char *answer = serve(misrouted[_i].kind, misrouted[_i].method, misrouted[_i].uri, "", NULL);

    assert_has(answer, "Status: 404 ");
    assert_has(answer, "{\"detail\":\"Not Found\"}");
}
END_TEST

START_TEST(a_body_is_too_large_before_anybody_is_asked_who_he_is)
{
    char body[2048];

    memset(body, ' ', sizeof(body) - 1);
    body[sizeof(body) - 1] = '\0';
    assert_has(serve(PROCESS_SLOW, "POST", "/api/instances/x/", body, NULL), "Status: 413 ");
    ck_assert_uint_eq(memory.position, 0);
    body[1024] = '\0';
    assert_has(serve(PROCESS_SLOW, "POST", "/api/instances/x/", body, NULL), "Status: 401 ");
    body[1024] = ' ';
    assert_has(serve(PROCESS_SLOW, "POST", "/api" CLAIM, body, NULL),
               "Status: 401 "); /* a claim may have more */
}
END_TEST

START_TEST(what_is_not_authenticated_is_not_parsed)
{
    struct launch_token token = { .config_id = CONFIG_ID,
                                  .env_key = "00112233445566778899aabbccddeeff",
                                  .url = "u",
                                  .issued_at_s = clock_unix_seconds(),
                                  .expires_at_s = clock_unix_seconds() + 60 };
    struct arena *arena = arena_create(65536);
    const char *const bearer[] = {
        arena_printf(arena, "HTTP_AUTHORIZATION=%s", launch_token_sign(arena, config, &token)), NULL
    };

    assert_has(serve(PROCESS_SLOW, "POST", "/api" CLAIM, "{", NULL), "Status: 401 ");
    assert_has(serve(PROCESS_SLOW, "POST", "/api" CLAIM, "{", bearer), "Status: 422 ");
    assert_has(memory.written, "\"type\":\"json_invalid\"");
    assert_has(serve(PROCESS_SLOW, "POST", "/api" CLAIM, "{}", bearer), "Status: 422 ");
    assert_has(memory.written, "\"loc\":[\"body\",\"gpus\"]");
    arena_free(arena);
}
END_TEST

/* The token of token_check tells which address counted. */
static const char *token_of(const char *peer, const char *forwarded, const char *second)
{
    const char *const more[] = { peer, forwarded, second, NULL };

    return strstr(serve(PROCESS_FAST, "GET", "/api/instances/token_check", "", more), "\r\n\r\n");
}

START_TEST(the_client_s_address_comes_through_trusted_proxies_and_all_headers)
{
    char direct[256], proxy[256];

    snprintf(direct, sizeof(direct), "%s", token_of("REMOTE_ADDR=192.0.2.1", NULL, NULL));
    snprintf(proxy, sizeof(proxy), "%s", token_of("REMOTE_ADDR=10.0.0.1", NULL, NULL));
    ck_assert_str_ne(direct, proxy);
    ck_assert_str_eq(token_of("REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=192.0.2.1", NULL), direct);
    ck_assert_str_eq(token_of("REMOTE_ADDR=192.0.2.1", "HTTP_X_FORWARDED_FOR=192.0.2.7", NULL), direct);
    /* A client's own line, and below it what its proxy saw: they are one list. */
    ck_assert_str_eq(
        token_of("REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=192.0.2.7", "HTTP_X_FORWARDED_FOR=192.0.2.1"),
        direct);
    ck_assert_str_eq(
        token_of("REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=192.0.2.1", "HTTP_X_FORWARDED_FOR=10.0.0.1"),
        direct);
    /* Nothing that can be read in the last line: the proxy's own address, as in one line. */
    ck_assert_str_eq(
        token_of("REMOTE_ADDR=10.0.0.1", "HTTP_X_FORWARDED_FOR=192.0.2.1", "HTTP_X_FORWARDED_FOR=unknown"),
        proxy);
}
END_TEST

Suite *pipeline_steps_suite(void)
{
    Suite *suite = suite_create("server/pipeline_steps");
    TCase *tests = tcase_create("pipeline");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_request_gets_as_far_as_it_may, 0, COUNT(answers));
    tcase_add_loop_test(tests, a_request_at_the_wrong_pool_s_socket_is_nowhere, 0, COUNT(misrouted));
    tcase_add_test(tests, a_body_is_too_large_before_anybody_is_asked_who_he_is);
    tcase_add_test(tests, what_is_not_authenticated_is_not_parsed);
    tcase_add_test(tests, the_client_s_address_comes_through_trusted_proxies_and_all_headers);
    suite_add_tcase(suite, tests);
    return suite;
}
