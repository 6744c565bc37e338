/* core/log: every event is one line of valid JSON, written at once, whatever stands in it. Check runs each
 * test in a process of its own, so a test may turn standard error into a pipe. */
#include "core/log.h"

#include <check.h>
#include <fcntl.h>
#include <json.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *log_suite(void);

static int written; /* what was logged can be read here */

static void set_up(void)
{
    int ends[2];

    /* In packet mode a read returns what one write wrote. */
    ck_assert_int_eq(pipe2(ends, O_DIRECT | O_CLOEXEC | O_NONBLOCK), 0);
    ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
    close(ends[1]);
    written = ends[0];
    log_configure(LOG_LEVEL_INFO, "fast");
}

static void tear_down(void)
{
    close(written);
}

/* The line of the next write, parsed; NULL: nothing was written. */
static json_object *next_line(void)
{
    char line[16384];
    json_tokener *tokener;
    ssize_t length = read(written, line, sizeof(line) - 1);

    if (length <= 0)
        return NULL;
    ck_assert_int_lt(length, 4097);
    line[length] = '\0';
    ck_assert_int_eq(line[length - 1], '\n');
    ck_assert_ptr_eq(strchr(line, '\n'), line + length - 1);

    tokener = json_tokener_new();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object *object = json_tokener_parse_ex(tokener, line, (int)length - 1);
    if (object == NULL)
        object = json_tokener_parse_ex(tokener, "", -1);
    ck_assert_msg(json_tokener_get_error(tokener) == json_tokener_success, "not JSON: %s", line);
    json_tokener_free(tokener);
    return object;
}

static const char *text_of(json_object *line, const char *key)
{
    json_object *value = json_object_object_get(line, key);

    ck_assert_msg(json_object_is_type(value, json_type_string), "%s is no string", key);
    return json_object_get_string(value);
}

START_TEST(an_event_tells_when_who_and_what)
{
    log_event(LOG_LEVEL_WARNING, "worker %d ended", 7);
    json_object *line = next_line();
    const char *time = text_of(line, "time");

    ck_assert_uint_eq(strlen(time), strlen("2026-01-01T00:00:00.000Z"));
    ck_assert_int_eq(time[10], 'T');
    ck_assert_int_eq(time[23], 'Z');
    ck_assert_str_eq(text_of(line, "level"), "warning");
    ck_assert_str_eq(text_of(line, "process"), "fast");
    ck_assert_int_eq(json_object_get_int(json_object_object_get(line, "pid")), getpid());
    ck_assert_str_eq(text_of(line, "message"), "worker 7 ended");
    ck_assert(!json_object_object_get_ex(line, "request_id", NULL));
    json_object_put(line);
}
END_TEST

START_TEST(the_request_id_goes_into_every_line_until_it_is_taken_back)
{
    log_set_request("r-1\"\n");
    log_event(LOG_LEVEL_INFO, "one");
    log_set_request(NULL);
    log_event(LOG_LEVEL_INFO, "two");

    json_object *line = next_line();
    ck_assert_str_eq(text_of(line, "request_id"), "r-1\"\n");
    json_object_put(line);
    line = next_line();
    ck_assert(!json_object_object_get_ex(line, "request_id", NULL));
    json_object_put(line);
}
END_TEST

START_TEST(no_value_can_break_a_line)
{
    log_event(LOG_LEVEL_INFO, "%s", "a\"}\n{\"level\": \"error\"\r\t\x01\xff\xc0\x80");
    json_object *line = next_line();

    ck_assert_str_eq(text_of(line, "level"), "info");
    ck_assert_ptr_nonnull(strstr(text_of(line, "message"), "a\"}\n{\"level\": \"error\"\r\t\x01"));
    json_object_put(line);
    ck_assert_ptr_null(next_line());
}
END_TEST

START_TEST(a_long_message_is_cut_not_lost)
{
    char *message = malloc(100001);

    memset(message, 'x', 100000);
    message[100000] = '\0';
    log_event(LOG_LEVEL_INFO, "%s", message);
    free(message);
    json_object *line = next_line();
    ck_assert_uint_ge(strlen(text_of(line, "message")), 500);
    json_object_put(line);
}
END_TEST

/* What becomes longest as JSON, and what may not be cut in its middle. */
static const char *const floods[] = { "\x01",     "\"", "\n", "\xff", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                      "\xf0\x9f", "x" };

static char *flood(const char *piece)
{
    char *text = malloc(200001);
    size_t length = 0;

    for (; length + strlen(piece) < 200001; length += strlen(piece))
        memcpy(text + length, piece, strlen(piece));
    text[length] = '\0';
    return text;
}

static void assert_cut(const char *text)
{
    size_t length = strlen(text);

    ck_assert_uint_gt(length, strlen("\u2026"));
    ck_assert_str_eq(text + length - strlen("\u2026"), "\u2026");
}

START_TEST(a_line_that_is_too_long_is_cut_never_lost)
{
    char *text = flood(floods[_i]);
    struct log_request entry = {
        .method = text, .route = text, .status = 404, .sqlstate = text, .refusal = text
    };
    json_object *line;

    log_set_request(text);
    log_event(LOG_LEVEL_WARNING, "before %s after", text);
    line = next_line();
    assert_cut(text_of(line, "message"));
    assert_cut(text_of(line, "request_id"));
    ck_assert_int_eq(strncmp(text_of(line, "message"), "before ", 7), 0);
    json_object_put(line);

    log_request(&entry);
    line = next_line();
    assert_cut(text_of(line, "method"));
    assert_cut(text_of(line, "route"));
    assert_cut(text_of(line, "sqlstate"));
    assert_cut(text_of(line, "refusal"));
    ck_assert_int_eq(json_object_get_int(json_object_object_get(line, "status")), 404);
    json_object_put(line);
    ck_assert_ptr_null(next_line());
    free(text);
}
END_TEST

START_TEST(events_below_the_level_are_dropped)
{
    static const char *const names[] = { NULL, "debug", "info", "warning", "error" };

    for (int threshold = LOG_LEVEL_DEBUG; threshold <= LOG_LEVEL_ERROR; threshold++) {
        log_configure((enum log_level)threshold, "master");
        for (int level = LOG_LEVEL_DEBUG; level <= LOG_LEVEL_ERROR; level++)
            log_event((enum log_level)level, "event");
        for (int level = threshold; level <= LOG_LEVEL_ERROR; level++) {
            json_object *line = next_line();
            ck_assert_str_eq(text_of(line, "level"), names[level]);
            ck_assert_str_eq(text_of(line, "process"), "master");
            json_object_put(line);
        }
        ck_assert_ptr_null(next_line());
    }
}
END_TEST

START_TEST(a_request_leaves_one_line)
{
    struct log_request entry = {
        .method = "GET", .route = "ping", .status = 200, .total_us = 12345, .database_us = 1001
    };

    log_set_request("r-2");
    log_request(&entry);
    json_object *line = next_line();
    ck_assert_str_eq(text_of(line, "level"), "info");
    ck_assert_str_eq(text_of(line, "request_id"), "r-2");
    ck_assert_str_eq(text_of(line, "method"), "GET");
    ck_assert_str_eq(text_of(line, "route"), "ping");
    ck_assert_int_eq(json_object_get_int(json_object_object_get(line, "status")), 200);
    ck_assert_str_eq(json_object_get_string(json_object_object_get(line, "ms")), "12.345");
    ck_assert_str_eq(json_object_get_string(json_object_object_get(line, "db_ms")), "1.001");
    ck_assert(!json_object_object_get_ex(line, "sqlstate", NULL));
    ck_assert(!json_object_object_get_ex(line, "refusal", NULL));
    json_object_put(line);
    ck_assert_ptr_null(next_line());
}
END_TEST

START_TEST(a_refused_request_says_why)
{
    struct log_request entry = { .method = "POST",
                                 .route = "claim_launch_config",
                                 .status = 503,
                                 .sqlstate = "57P01",
                                 .refusal = "try \"again\"" };

    log_request(&entry);
    json_object *line = next_line();
    ck_assert_str_eq(text_of(line, "sqlstate"), "57P01");
    ck_assert_str_eq(text_of(line, "refusal"), "try \"again\"");
    ck_assert_str_eq(json_object_get_string(json_object_object_get(line, "ms")), "0.000");
    json_object_put(line);
}
END_TEST

Suite *log_suite(void)
{
    Suite *suite = suite_create("core/log");
    TCase *tests = tcase_create("log");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_event_tells_when_who_and_what);
    tcase_add_test(tests, the_request_id_goes_into_every_line_until_it_is_taken_back);
    tcase_add_test(tests, no_value_can_break_a_line);
    tcase_add_test(tests, a_long_message_is_cut_not_lost);
    tcase_add_loop_test(tests, a_line_that_is_too_long_is_cut_never_lost, 0,
                        sizeof(floods) / sizeof(floods[0]));
    tcase_add_test(tests, events_below_the_level_are_dropped);
    tcase_add_test(tests, a_request_leaves_one_line);
    tcase_add_test(tests, a_refused_request_says_why);
    suite_add_tcase(suite, tests);
    return suite;
}
