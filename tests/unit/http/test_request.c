/* http/request and http/response: from CGI variables to a request, and from an answer to bytes. */
#include "http/request.h"
#include "http/response.h"

#include "check/memory_transport.h"
#include "core/bounds.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *request_suite(void);

static const struct {
    const char *uri, *base;
    enum refusal status;
    const char *path, *query;
} heads[] = {
    { "REQUEST_URI=/a/b?c=d&e", "", REFUSAL_NONE, "/a/b", "c=d&e" },
    { "REQUEST_URI=/a%2fb", "", REFUSAL_NONE, "/a%2fb", "" },
    { "REQUEST_URI=/api/a?x", "/api", REFUSAL_NONE, "/a", "x" },
    { "REQUEST_URI=/apix/a", "/api", REFUSAL_NOT_FOUND, NULL, NULL },
    { "REQUEST_URI=/a", "/api", REFUSAL_NOT_FOUND, NULL, NULL },
    { "REQUEST_URI=https://host:1/a?b", "", REFUSAL_NONE, "/a", "b" },
    { "REQUEST_URI=a", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "OTHER=x", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=*", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=/a b", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=/a\r\nb", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=/a\x7f", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=/a?b\nc", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=HTTP://host", "", REFUSAL_MALFORMED_REQUEST, NULL, NULL },
    { "REQUEST_URI=http://host?b", "", REFUSAL_NONE, "/", "b" },
    { "REQUEST_URI=/api", "/api", REFUSAL_NONE, "/", "" },
};

START_TEST(the_head_is_read_from_the_variables)
{
    char *environment[] = { "REQUEST_METHOD=GET", (char *)heads[_i].uri, "REMOTE_ADDR=192.0.2.1",
                            "REQUEST_ID=abc-1", NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;

    memory_transport_prepare(&memory, environment, "");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, heads[_i].base), heads[_i].status);
    ck_assert_str_eq(request.request_id, "abc-1");
    if (heads[_i].status == REFUSAL_NONE) {
        ck_assert_str_eq(request.path, heads[_i].path);
        ck_assert_str_eq(request.query, heads[_i].query);
        ck_assert_str_eq(request.peer, "192.0.2.1");
        ck_assert_int_eq(request.method, HTTP_GET);
    }
    arena_free(arena);
}
END_TEST

START_TEST(a_target_that_is_too_long_is_refused)
{
    char uri[sizeof("REQUEST_URI=") + BOUND_TARGET + 1] = "REQUEST_URI=/";
    char *environment[] = { "REQUEST_METHOD=GET", uri, "REMOTE_ADDR=192.0.2.1", NULL };
    struct arena *arena = arena_create(1 << 20);
    struct request request = { .arena = NULL };
    struct memory_transport memory;

    memset(uri + strlen(uri), 'x', BOUND_TARGET - 1);
    memory_transport_prepare(&memory, environment, "");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    uri[strlen(uri)] = 'x';
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_MALFORMED_REQUEST);
    arena_free(arena);
}
END_TEST

static const char *const bad_ids[] = { "REQUEST_ID=", "REQUEST_ID=a b", "REQUEST_ID=a\r\nb",
                                       "REQUEST_ID=\xc3\xa9", "REQUEST_ID=\"" };

START_TEST(a_request_id_that_a_client_says_is_not_taken_over)
{
    char *environment[] = { "REQUEST_METHOD=GET",   "REQUEST_URI=/",       "HTTP_X_REQUEST_ID=mine",
                            "HTTP_REQUEST_ID=mine", "HTTP_UNIQUE_ID=mine", NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;

    memory_transport_prepare(&memory, environment, "");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    ck_assert_uint_eq(strlen(request.request_id), 36);
    arena_free(arena);
}
END_TEST

START_TEST(a_body_of_which_nobody_knows_the_length_is_refused)
{
    char *environment[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/", "HTTP_TRANSFER_ENCODING=chunked", NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;

    memory_transport_prepare(&memory, environment, "{}");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    ck_assert_int_eq(request_read_body(&request, 1000), REFUSAL_LENGTH_REQUIRED);
    arena_free(arena);
}
END_TEST

START_TEST(a_request_id_that_could_break_a_line_is_replaced)
{
    char *environment[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/", (char *)bad_ids[_i], NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;

    memory_transport_prepare(&memory, environment, "");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    ck_assert_uint_eq(strlen(request.request_id), 36);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *method, *length, *body;
    enum refusal status;
} bodies[] = {
    { "POST", "5", "12345", REFUSAL_NONE },
    { "POST", "0", "", REFUSAL_NONE },
    { "POST", "10", "1234567890", REFUSAL_NONE },
    { "POST", "11", "12345678901", REFUSAL_TOO_LARGE },
    { "POST", "99999999999999999999999", "", REFUSAL_TOO_LARGE },
    { "POST", "5", "1234", REFUSAL_MALFORMED_REQUEST },
    { "POST", "-5", "12345", REFUSAL_MALFORMED_REQUEST },
    { "POST", "+5", "12345", REFUSAL_MALFORMED_REQUEST },
    { "POST", " 5", "12345", REFUSAL_MALFORMED_REQUEST },
    { "POST", "0x5", "12345", REFUSAL_MALFORMED_REQUEST },
    { "GET", "", "", REFUSAL_NONE },
    { "POST", "", "", REFUSAL_NONE },
};

START_TEST(the_body_is_what_was_announced_or_refused)
{
    char method[64], length[64];
    char *environment[] = { method, length, "REQUEST_URI=/", NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;
    enum refusal status;

    snprintf(method, sizeof(method), "REQUEST_METHOD=%s", bodies[_i].method);
    snprintf(length, sizeof(length), "CONTENT_LENGTH=%s", bodies[_i].length);
    memory_transport_prepare(&memory, environment, bodies[_i].body);
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    status = request_read_body(&request, 10);
    ck_assert_int_eq(status, bodies[_i].status);
    if (status == REFUSAL_NONE) {
        ck_assert_uint_eq(request.body_length, strlen(bodies[_i].body));
        ck_assert(request.body_length == 0 ||
                  memcmp(request.body, bodies[_i].body, request.body_length) == 0);
    }
    if (status == REFUSAL_TOO_LARGE)
        ck_assert_msg(memory.position == 0, "something was read of a body that is too large");
    arena_free(arena);
}
END_TEST

START_TEST(two_lengths_of_a_body_are_none)
{
    char *environment[] = { "REQUEST_METHOD=POST", "REQUEST_URI=/", "CONTENT_LENGTH=1", "CONTENT_LENGTH=1",
                            NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;

    memory_transport_prepare(&memory, environment, "x");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    ck_assert_int_eq(request_read_body(&request, 10), REFUSAL_MALFORMED_REQUEST);
    ck_assert_uint_eq(memory.position, 0);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *script, *path_info, *query, *path;
} cgi_targets[] = {
    { "SCRIPT_NAME=", "PATH_INFO=/a/b", "QUERY_STRING=", "/a/b" },
    { "SCRIPT_NAME=/x", "PATH_INFO=/a b", "QUERY_STRING=q=1", "/x/a%20b" },
    { "SCRIPT_NAME=", "PATH_INFO=/\xc3\xa9%", "QUERY_STRING=", "/%c3%a9%25" },
    { "SCRIPT_NAME=", "PATH_INFO=/a\nb", "QUERY_STRING=", "/a%0ab" },
};

START_TEST(without_a_target_the_path_is_put_together_again)
{
    char *environment[] = { "REQUEST_METHOD=GET", (char *)cgi_targets[_i].script,
                            (char *)cgi_targets[_i].path_info, (char *)cgi_targets[_i].query, NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;

    memory_transport_read_head(&memory, environment, &request, arena);
    ck_assert_str_eq(request.path, cgi_targets[_i].path);
    ck_assert_str_eq(request.query, cgi_targets[_i].query + strlen("QUERY_STRING="));
    arena_free(arena);
}
END_TEST

START_TEST(a_variable_that_stands_twice_is_counted)
{
    char *environment[] = {
        "REQUEST_METHOD=GET", "REQUEST_URI=/", "HTTP_X=1", "HTTP_XY=2", "HTTP_X=3", NULL
    };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct memory_transport memory;
    int count = 0;

    memory_transport_prepare(&memory, environment, "");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    request_variable(&request, "HTTP_X", &count);
    ck_assert_int_eq(count, 2);
    ck_assert_ptr_null(request_variable(&request, "HTTP_", &count));
    ck_assert_int_eq(count, 0);
    arena_free(arena);
}
END_TEST

START_TEST(an_answer_is_written_whole)
{
    char *environment[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/", "REQUEST_ID=id", NULL };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = NULL };
    struct response response = { .status = 0 };
    struct memory_transport memory;

    memory_transport_prepare(&memory, environment, "");
    ck_assert_int_eq(request_read_head(&request, arena, &memory.transport, ""), REFUSAL_NONE);
    response_refuse(&response, &request, REFUSAL_UNAVAILABLE, NULL);
    ck_assert(response_write(&response, &request));
    memory.written[memory.written_length] = '\0';
    ck_assert_ptr_nonnull(strstr(memory.written, "Status: 503 Service Unavailable\r\n"));
    ck_assert_ptr_nonnull(strstr(memory.written, "X-Request-ID: id\r\n"));
    ck_assert_ptr_nonnull(strstr(memory.written, "Retry-After: "));
    ck_assert_ptr_nonnull(strstr(memory.written, "Cache-Control: no-store\r\n"));
    ck_assert_ptr_nonnull(strstr(memory.written, "\r\n\r\n{\"detail\":"));
    response_refuse(&response, &request, REFUSAL_INTERNAL_ERROR, NULL);
    ck_assert_ptr_nonnull(strstr(response.body, "id"));
    arena_free(arena);
}
END_TEST

START_TEST(a_refusal_is_answered_with_its_status_and_text)
{
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = arena, .request_id = "id-7" };
    struct response response = { .status = 0 };

    response_refuse(&response, &request, REFUSAL_GPU_IN_USE, "GPU-\"1\"");
    ck_assert_int_eq(response.status, 409);
    ck_assert_str_eq(response.body, "{\"detail\":\"GPU GPU-\\\"1\\\" is in use\"}");
    ck_assert_str_eq(response.refusal, "GPU GPU-\"1\" is in use");
    response_refuse(&response, &request, REFUSAL_INTERNAL_ERROR, "geheim");
    ck_assert_int_eq(response.status, 500);
    ck_assert_str_eq(response.body, "{\"detail\":\"Internal Server Error, request id-7\"}");
    arena_free(arena);
}
END_TEST

START_TEST(what_is_no_refusal_is_answered_as_an_internal_error)
{
    static const enum refusal none[] = { REFUSAL_NONE, REFUSAL_PROOF_WRONG };
    struct arena *arena = arena_create(65536);
    struct request request = { .arena = arena, .request_id = "id-7" };
    struct response response = { .status = 0 };

    response_refuse(&response, &request, none[_i], NULL);
    ck_assert_int_eq(response.status, 500);
    ck_assert_str_eq(response.body, "{\"detail\":\"Internal Server Error, request id-7\"}");
    arena_free(arena);
}
END_TEST

Suite *request_suite(void)
{
    Suite *suite = suite_create("request");
    TCase *read_case = tcase_create("read"), *write_case = tcase_create("write");

    tcase_add_test(read_case, a_target_that_is_too_long_is_refused);
    tcase_add_loop_test(read_case, the_head_is_read_from_the_variables, 0, COUNT(heads));
    tcase_add_loop_test(read_case, a_request_id_that_could_break_a_line_is_replaced, 0, COUNT(bad_ids));
    tcase_add_test(read_case, a_request_id_that_a_client_says_is_not_taken_over);
    tcase_add_test(read_case, a_body_of_which_nobody_knows_the_length_is_refused);
    tcase_add_loop_test(read_case, the_body_is_what_was_announced_or_refused, 0, COUNT(bodies));
    tcase_add_test(read_case, two_lengths_of_a_body_are_none);
    tcase_add_loop_test(read_case, without_a_target_the_path_is_put_together_again, 0, COUNT(cgi_targets));
    tcase_add_test(read_case, a_variable_that_stands_twice_is_counted);
    suite_add_tcase(suite, read_case);
    tcase_add_test(write_case, an_answer_is_written_whole);
    tcase_add_test(write_case, a_refusal_is_answered_with_its_status_and_text);
    tcase_add_loop_test(write_case, what_is_no_refusal_is_answered_as_an_internal_error, 0, 2);
    suite_add_tcase(suite, write_case);
    return suite;
}
