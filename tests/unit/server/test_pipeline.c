/* server/pipeline: the steps of a request, in their order, with a database that is not there. */
#include "server/pipeline.h"

#include "check/memory_transport.h"
#include "core/clock.h"
#include "server/process.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define ID           "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"

Suite *pipeline_suite(void);

static char dsn[] = "host=/nowhere dbname=none", empty[] = "", base_path[] = "/api", networks[] = "127.0.0.1";

static struct config config = {
    .server = { .fast_deadline_ms = 1000,
                .slow_deadline_ms = 1000,
                .body_max_bytes = 8,
                .claim_body_max_bytes = 16,
                .base_path = empty,
                .trusted_proxies = empty,
                .metrics_allow = networks,
                .log_level = LOG_LEVEL_ERROR },
    .database = { .dsn = dsn, .connect_timeout_s = 1, .statement_timeout_ms = 100 },
};

static struct memory_transport memory;

/* Serves a request in a process of that kind. Returns the status; the answer is in memory.written. */
static int serve(enum process_kind kind, const char *method, const char *uri, const char *body)
{
    struct process process = {
        .kind = kind, .config = &config, .db = db_create(&config), .arena = arena_create((size_t)1 << 20)
    };
    char variables[4][128], *environment[5];
    int status;

    snprintf(variables[0], sizeof(variables[0]), "REQUEST_METHOD=%s", method);
    snprintf(variables[1], sizeof(variables[1]), "REQUEST_URI=%s", uri);
    snprintf(variables[2], sizeof(variables[2]), "REMOTE_ADDR=127.0.0.1");
    snprintf(variables[3], sizeof(variables[3]), "CONTENT_LENGTH=%zu", strlen(body));
    for (int i = 0; i < 4; i++)
        environment[i] = variables[i];
    environment[4] = NULL;
    memory_transport_prepare(&memory, environment, body);
    status = pipeline_serve(&process, &memory.transport, clock_monotonic_ms() + 1000);
    db_free(process.db);
    arena_free(process.arena);
    return status;
}

static const struct {
    enum process_kind kind;
    const char *method, *uri, *body;
    int status;
    const char *says; /* stands in the answer; NULL: nothing in particular */
} cases[] = {
    { PROCESS_FAST, "GET", "/livez", "", 200, "{\"status\":\"alive\"}" },
    { PROCESS_BARE, "GET", "/livez", "", 200, NULL },
    { PROCESS_CGI, "GET", "/livez", "", 200, NULL },
    { PROCESS_SLOW, "GET", "/livez", "", 404, "{\"detail\":\"Not Found\"}" },
    /* The pool is looked at before the body and the credential. */
    { PROCESS_FAST, "PUT", "/instances/launch_config/" ID, "0123456789", 404, "{\"detail\":\"Not Found\"}" },
    { PROCESS_FAST, "POST", "/%69nstances/" ID "/", "", 404, NULL },
    { PROCESS_SLOW, "POST", "/%69nstances/" ID "/", "", 401, NULL },
    { PROCESS_BARE, "POST", "/%69nstances/" ID "/", "", 401, NULL },
    /* What no endpoint has is the same everywhere. */
    { PROCESS_FAST, "GET", "/no/such/path", "", 404, NULL },
    { PROCESS_SLOW, "GET", "/no/such/path", "", 404, NULL },
    { PROCESS_SLOW, "POST", "/livez", "", 405, "\r\nAllow: GET\r\n" },
    { PROCESS_FAST, "GET", "/livez/?a=b", "", 307, "\r\nLocation: /livez?a=b\r\n" },
    { PROCESS_FAST, "GET", "livez", "", 400, NULL },
    /* The body's size is looked at before the credential; a claim's and a verification's may be larger. */
    { PROCESS_SLOW, "POST", "/instances/" ID "/", "012345678", 413, NULL },
    { PROCESS_SLOW, "POST", "/instances/" ID "/", "01234567", 401, NULL },
    { PROCESS_SLOW, "PUT", "/instances/launch_config/" ID, "012345678", 401, NULL },
    { PROCESS_SLOW, "PUT", "/instances/launch_config/" ID, "01234567890123456", 413, NULL },
    { PROCESS_SLOW, "POST", "/instances/launch_config/" ID, "012345678", 401, NULL },
    { PROCESS_SLOW, "POST", "/instances/launch_config/" ID, "01234567890123456", 413, NULL },
    { PROCESS_FAST, "GET", "/ping", "", 503, "\r\nRetry-After: " },
};

START_TEST(a_request_goes_as_far_as_it_may)
{
    ck_assert_int_eq(serve(cases[_i].kind, cases[_i].method, cases[_i].uri, cases[_i].body),
                     cases[_i].status);
    memory.written[memory.written_length] = '\0';
    if (cases[_i].says != NULL)
        ck_assert_msg(strstr(memory.written, cases[_i].says) != NULL, "%s", memory.written);
    ck_assert_ptr_nonnull(strstr(memory.written, "\r\nX-Request-ID: "));
}
END_TEST

START_TEST(the_prefix_is_taken_off_and_put_before_a_redirect)
{
    config.server.base_path = base_path;
    ck_assert_int_eq(serve(PROCESS_FAST, "GET", "/api/livez", ""), 200);
    ck_assert_int_eq(serve(PROCESS_FAST, "GET", "/livez", ""), 404);
    ck_assert_int_eq(serve(PROCESS_FAST, "GET", "/api/livez/", ""), 307);
    memory.written[memory.written_length] = '\0';
    ck_assert_ptr_nonnull(strstr(memory.written, "\r\nLocation: /api/livez\r\n"));
    config.server.base_path = empty;
}
END_TEST

START_TEST(metrics_count_a_request_under_its_route)
{
    process_prepare();
    ck_assert_int_eq(serve(PROCESS_FAST, "GET", "/livez", ""), 200);
    ck_assert_int_eq(serve(PROCESS_SLOW, "GET", "/livez", ""), 404);
    ck_assert_int_eq(serve(PROCESS_FAST, "GET", "/metrics", ""), 200);
    memory.written[memory.written_length] = '\0';
    ck_assert_ptr_nonnull(
        strstr(memory.written, "rigger_requests_total{route=\"livez\",status=\"200\"} 1\n"));
    ck_assert_ptr_nonnull(strstr(memory.written, "rigger_requests_total{route=\"none\",status=\"404\"} 1\n"));
}
END_TEST

/* The lines of the log are read elsewhere. */
static void silence(void)
{
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

    ck_assert_int_ge(dup2(nowhere, STDERR_FILENO), 0);
    close(nowhere);
}

Suite *pipeline_suite(void)
{
    Suite *suite = suite_create("server/pipeline");
    TCase *steps_case = tcase_create("steps");

    tcase_add_checked_fixture(steps_case, silence, NULL);
    tcase_add_loop_test(steps_case, a_request_goes_as_far_as_it_may, 0, COUNT(cases));
    tcase_add_test(steps_case, the_prefix_is_taken_off_and_put_before_a_redirect);
    tcase_add_test(steps_case, metrics_count_a_request_under_its_route);
    suite_add_tcase(suite, steps_case);
    return suite;
}
