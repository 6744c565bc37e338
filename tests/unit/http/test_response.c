/* http/response: the bytes of an answer, for the web server to pass on. No text can break out of its place.
 */
#include "http/response.h"

#include "check/memory_transport.h"
#include "json/json.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *response_suite(void);

static struct arena *arena;
static struct memory_transport memory;
static struct request request;
static char *get[] = { "REQUEST_METHOD=GET", "REQUEST_URI=/", "REQUEST_ID=id-1", NULL };

static void set_up(void)
{
    arena = arena_create((size_t)1 << 20);
    memory_transport_read_head(&memory, get, &request, arena);
}

static void tear_down(void)
{
    arena_free(arena);
}

static const char *written(const struct response *response)
{
    memory.written_length = 0;
    memory.room = sizeof(memory.written) - 1;
    ck_assert(response_write(response, &request));
    memory.written[memory.written_length] = '\0';
    return memory.written;
}

/* Asserts that the head has exactly this line, once. */
static void assert_line(const char *text, const char *line)
{
    char wanted[512];
    const char *found;

    snprintf(wanted, sizeof(wanted), "%s\r\n", line);
    found = strstr(text, wanted);
    ck_assert_msg(found != NULL && (found == text || found[-1] == '\n'), "no \"%s\" in:\n%s", line, text);
    ck_assert_msg(strstr(found + 1, wanted) == NULL, "twice: %s", line);
}

START_TEST(an_answer_is_written_to_the_byte)
{
    struct response response = { 0 };

    response_detail(&response, arena, 404, "Instance not found");
    ck_assert_str_eq(written(&response), "Status: 404 Not Found\r\n"
                                         "Content-Type: application/json\r\n"
                                         "Content-Length: 31\r\n"
                                         "Cache-Control: no-store\r\n"
                                         "X-Content-Type-Options: nosniff\r\n"
                                         "X-Request-ID: id-1\r\n"
                                         "\r\n"
                                         "{\"detail\":\"Instance not found\"}");
}
END_TEST

static const struct {
    int status;
    const char *line;
} phrases[] = {
    { 200, "Status: 200 OK" },
    { 202, "Status: 202 Accepted" },
    { 204, "Status: 204 No Content" },
    { 307, "Status: 307 Temporary Redirect" },
    { 400, "Status: 400 Bad Request" },
    { 401, "Status: 401 Unauthorized" },
    { 403, "Status: 403 Forbidden" },
    { 404, "Status: 404 Not Found" },
    { 405, "Status: 405 Method Not Allowed" },
    { 409, "Status: 409 Conflict" },
    { 413, "Status: 413 Content Too Large" },
    { 422, "Status: 422 Unprocessable Content" },
    { 423, "Status: 423 Locked" },
    { 429, "Status: 429 Too Many Requests" },
    { 500, "Status: 500 Internal Server Error" },
    { 503, "Status: 503 Service Unavailable" },
    { 599, "Status: 599 Unknown" },
};

START_TEST(every_status_has_its_phrase_and_503_alone_asks_to_come_again)
{
    struct response response = { 0 };
    const char *text;

    response_detail(&response, arena, phrases[_i].status, "text");
    text = written(&response);
    assert_line(text, phrases[_i].line);
    ck_assert_int_eq(strstr(text, "\r\nRetry-After: 2\r\n") != NULL, phrases[_i].status == 503);
}
END_TEST

START_TEST(nothing_of_an_earlier_answer_stays)
{
    struct response response = {
        .location = "/x", .allow = "GET", .is_page = true, .content_type = "text/html"
    };

    response_detail(&response, arena, 503, "first");
    response_detail(&response, arena, 409, "second");
    ck_assert_ptr_null(strstr(written(&response), "Retry-After"));
    ck_assert_ptr_null(strstr(memory.written, "Location"));
    ck_assert_ptr_null(strstr(memory.written, "Allow"));
    ck_assert_ptr_null(strstr(memory.written, "Content-Security-Policy"));
    assert_line(memory.written, "Content-Type: application/json");
}
END_TEST

static const struct {
    const char *text, *body;
} details[] = {
    { "", "{\"detail\":\"\"}" },
    { "a \"b\" \\ c", "{\"detail\":\"a \\\"b\\\" \\\\ c\"}" },
    { "line\r\nSet-Cookie: a", "{\"detail\":\"line\\r\\nSet-Cookie: a\"}" },
    { "\x01\x1f\x7f", NULL },
    { "\"}, {\"x\":\"", "{\"detail\":\"\\\"}, {\\\"x\\\":\\\"\"}" },
    { "\xc3\xa9 \xe2\x98\x83", NULL },
};

START_TEST(a_detail_is_escaped_and_reads_back)
{
    struct response response = { 0 };
    struct json_error error;
    json_object *body;

    response_detail(&response, arena, 400, details[_i].text);
    if (details[_i].body != NULL)
        ck_assert_mem_eq(response.body, details[_i].body, strlen(details[_i].body));
    body = json_parse_strict(response.body, response.body_length, &error);
    ck_assert_pstr_eq(json_get_text(body, "detail"), details[_i].text);
    json_object_put(body);
}
END_TEST

static const char *const unsafe[] = { "/a\r\nSet-Cookie: x", "/a\nb", "/a\rb", "/\x01", "/\x7f", "\r\n" };

START_TEST(a_header_that_could_break_a_line_is_left_out_whole)
{
    struct response response = { .status = 307, .location = unsafe[_i], .allow = unsafe[_i] };
    const char *text = written(&response);

    ck_assert_ptr_null(strstr(text, "Location"));
    ck_assert_ptr_null(strstr(text, "Allow"));
    ck_assert_ptr_null(strstr(text, "Set-Cookie"));
    ck_assert_str_eq(strstr(text, "\r\n\r\n"), "\r\n\r\n");
}
END_TEST

START_TEST(location_allow_and_retry_are_written)
{
    struct response response = {
        .status = 405, .location = "/there?a=b", .allow = "GET, HEAD", .retry_after_s = 9
    };
    const char *text = written(&response);

    assert_line(text, "Location: /there?a=b");
    assert_line(text, "Allow: GET, HEAD");
    assert_line(text, "Retry-After: 9");
    assert_line(text, "Content-Length: 0");
}
END_TEST

START_TEST(a_head_request_gets_the_head_of_the_answer)
{
    char *environment[] = { "REQUEST_METHOD=HEAD", "REQUEST_URI=/", NULL };
    struct response response = { 0 };
    const char *text;

    memory_transport_read_head(&memory, environment, &request, arena);
    response_detail(&response, arena, 404, "gone");
    text = written(&response);
    assert_line(text, "Content-Length: 17");
    ck_assert_str_eq(strstr(text, "\r\n\r\n"), "\r\n\r\n");
}
END_TEST

START_TEST(a_page_may_run_its_own_script_and_nothing_else)
{
    struct response response = { 0 };
    const char *text;

    response_content(&response, "text/html; charset=utf-8", "<p>", 3);
    ck_assert_ptr_null(strstr(written(&response), "Content-Security-Policy"));
    response.is_page = true;
    text = written(&response);
    assert_line(text, "Status: 200 OK");
    assert_line(text, "Content-Type: text/html; charset=utf-8");
    assert_line(text, "X-Frame-Options: DENY");
    assert_line(text, "Referrer-Policy: no-referrer");
    ck_assert_ptr_nonnull(
        strstr(text, "\r\nContent-Security-Policy: default-src 'none'; script-src 'self';"));
    ck_assert_ptr_nonnull(strstr(text, "frame-ancestors 'none'\r\n"));
    ck_assert_str_eq(strstr(text, "\r\n\r\n"), "\r\n\r\n<p>");
}
END_TEST

START_TEST(a_value_is_written_as_plain_json)
{
    struct response response = { 0 };
    json_object *value = json_made(json_object_new_object());

    json_put(value, "url", json_made(json_object_new_string("https://a/b")));
    response_json(&response, arena, 202, value);
    ck_assert_int_eq(response.status, 202);
    ck_assert_ptr_null(response.refusal);
    ck_assert_str_eq(strstr(written(&response), "\r\n\r\n"), "\r\n\r\n{\"url\":\"https://a/b\"}");
    response_json(&response, arena, 200, NULL);
    ck_assert_int_eq(response.status, 503);
    ck_assert_int_gt(response.retry_after_s, 0);
}
END_TEST

START_TEST(a_client_that_is_gone_is_noticed_in_head_and_body)
{
    struct response response = { 0 };
    size_t head;

    response_detail(&response, arena, 404, "gone");
    head = (size_t)(strstr(written(&response), "\r\n\r\n") + 4 - memory.written);
    memory.written_length = 0;
    memory.room = head - 1;
    ck_assert(!response_write(&response, &request));
    memory.written_length = 0;
    memory.room = head + 3;
    ck_assert(!response_write(&response, &request));
    memory.written_length = 0;
    memory.room = head + response.body_length;
    ck_assert(response_write(&response, &request));
}
END_TEST

Suite *response_suite(void)
{
    Suite *suite = suite_create("http/response");
    TCase *tests = tcase_create("response");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_answer_is_written_to_the_byte);
    tcase_add_loop_test(tests, every_status_has_its_phrase_and_503_alone_asks_to_come_again, 0,
                        COUNT(phrases));
    tcase_add_test(tests, nothing_of_an_earlier_answer_stays);
    tcase_add_loop_test(tests, a_detail_is_escaped_and_reads_back, 0, COUNT(details));
    tcase_add_loop_test(tests, a_header_that_could_break_a_line_is_left_out_whole, 0, COUNT(unsafe));
    tcase_add_test(tests, location_allow_and_retry_are_written);
    tcase_add_test(tests, a_head_request_gets_the_head_of_the_answer);
    tcase_add_test(tests, a_page_may_run_its_own_script_and_nothing_else);
    tcase_add_test(tests, a_value_is_written_as_plain_json);
    tcase_add_test(tests, a_client_that_is_gone_is_noticed_in_head_and_body);
    suite_add_tcase(suite, tests);
    return suite;
}
