/* net/redis: what it sends, which answers it takes, and that no answer holds it up. That a real Redis
 * understands it is tests/http/test_events.py and test_targets.py. */
#include "net/redis.h"

#include "check/redis_script.h"

#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

Suite *redis_suite(void);

#define LONG_MS  60000 /* only a failing test uses it up */
#define SHORT_MS 50

static struct redis *redis;
static char text[8];

static void set_up(void)
{
    redis_script_start();
    redis = redis_create(redis_script.url, NULL, LONG_MS);
    ck_assert_ptr_nonnull(redis);
}

static void tear_down(void)
{
    redis_free(redis);
}

static void renew(const char *url, const char *password, int timeout_ms)
{
    redis_free(redis);
    redis = redis_create(url, password, timeout_ms);
}

static const struct {
    const char *url;
    bool good;
} urls[] = {
    { "redis://host", true },     { "redis://10.0.0.1:6380/3", true }, { "redis://[::1]:6379/", true },
    { "unix:/run/r.sock", true }, { "redis://[::1", false },           { "redis://[]", false },
    { "redis://host:0", false },  { "redis://host/x", false },         { "redis://user@host", false },
    { "unix:relative", false },   { "rediss://host", false },          { "", false },
};

START_TEST(a_url_is_of_a_host_or_of_a_socket)
{
    ck_assert_int_eq(redis_url_is_valid(urls[_i].url), urls[_i].good);
}
END_TEST

START_TEST(a_text_is_read)
{
    redis_script.lines[0].bytes = "$3\r\n 12\r\n";
    ck_assert_int_eq(redis_get(redis, "scale:x y", text, sizeof(text)), REDIS_TEXT);
    ck_assert_str_eq(text, " 12");
    ck_assert_str_eq(redis_error(redis), "");
    ck_assert_str_eq(redis_script.last, "*2\r\n$3\r\nGET\r\n$9\r\nscale:x y\r\n");
}
END_TEST

START_TEST(a_key_that_is_not_there_is_silence)
{
    redis_script.lines[0].bytes = "$-1\r\n";
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_SILENT);
    ck_assert_str_eq(redis_error(redis), "");
}
END_TEST

static const struct redis_line unfit[] = {
    { .bytes = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n" },
    { .bytes = "$8\r\n12345678\r\n" },
    { .bytes = "$3\r\n1\0002\r\n", .length = 9 },
};

START_TEST(what_is_no_short_text_is_unfit_and_the_connection_stays)
{
    redis_script.lines[0] = unfit[_i];
    redis_script.lines[1].bytes = "$7\r\n1234567\r\n";
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_UNFIT);
    ck_assert_str_ne(redis_error(redis), "");
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_TEXT);
    ck_assert_int_eq(redis_script.connections, 1);
}
END_TEST

static const struct {
    struct redis_line line;
    const char *told;
} failures[] = {
    { { .bytes = "-NOAUTH Authentication required.\r\n" }, "GET: NOAUTH Authentication required." },
    { { .bytes = "-LOADING Redis is loading the dataset in memory\r\n" },
      "GET: LOADING Redis is loading the dataset in memory" },
    { { .bytes = ":12\r\n" }, "GET: not an answer to it" },
    { { .bytes = "+12\r\n" }, "GET: not an answer to it" },
    { { .bytes = "*1\r\n$1\r\n5\r\n" }, "GET: not an answer of Redis" },
    { { .bytes = "*1000000000\r\n" }, "GET: not an answer of Redis" },
    { { .bytes = "HTTP/1.1 400 Bad Request\r\n\r\n" }, "GET: not an answer of Redis" },
    { { .bytes = "$1\r\n5\r\n$1\r\n6\r\n" }, "GET: more than one answer" },
    { { .bytes = "$x\r\n" }, "GET: " },
    { { .bytes = "$1\r\n5", .hangs_up = true }, "GET: it hung up" },
};

START_TEST(what_is_no_answer_is_a_failure_and_the_next_call_connects_anew)
{
    redis_script.lines[0] = failures[_i].line;
    redis_script.lines[1].bytes = "$1\r\n7\r\n";
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_FAILED);
    ck_assert_msg(strncmp(redis_error(redis), failures[_i].told, strlen(failures[_i].told)) == 0, "%s",
                  redis_error(redis));
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_TEXT);
    ck_assert_str_eq(text, "7");
    ck_assert_int_eq(redis_script.connections, 2);
}
END_TEST

START_TEST(an_answer_without_end_is_a_failure)
{
    static char endless[200000] = "$1000000000\r\n";

    memset(endless + strlen(endless), 'x', sizeof(endless) - strlen(endless));
    redis_script.lines[0] =
        (struct redis_line){ .bytes = endless, .length = sizeof(endless), .hangs_up = true };
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_FAILED);
    ck_assert_str_eq(redis_error(redis), "GET: an answer without end");
}
END_TEST

static const struct redis_line slow[] = {
    { .bytes = NULL },
    { .bytes = "$5\r\n12" },
    { .bytes = "$10\r\n1234567890\r\n+------------------------------------------------------",
      .drips = true },
};

START_TEST(the_time_is_that_of_the_whole_call)
{
    renew(redis_script.url, NULL, SHORT_MS);
    redis_script.lines[0] = slow[_i];
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_FAILED);
    ck_assert_str_eq(redis_error(redis), "GET: no answer in time");
}
END_TEST

START_TEST(the_password_takes_of_the_same_time)
{
    renew(redis_script.url, "open", SHORT_MS);
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_FAILED);
    ck_assert_str_eq(redis_error(redis), "AUTH: no answer in time");
    ck_assert_str_eq(redis_script.last, "*2\r\n$4\r\nAUTH\r\n$4\r\nopen\r\n");
}
END_TEST

START_TEST(a_wrong_password_is_a_failure)
{
    renew(redis_script.url, "open", LONG_MS);
    redis_script.lines[0].bytes = "-WRONGPASS invalid username-password pair\r\n";
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_FAILED);
    ck_assert_str_eq(redis_error(redis), "AUTH: WRONGPASS invalid username-password pair");
    ck_assert_int_eq(redis_script.commands, 1);
}
END_TEST

START_TEST(a_database_is_selected)
{
    char url[80];

    snprintf(url, sizeof(url), "%s/3", redis_script.url);
    renew(url, NULL, LONG_MS);
    redis_script.lines[0].bytes = "+OK\r\n";
    redis_script.lines[1].bytes = "$-1\r\n";
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_SILENT);
    ck_assert_int_eq(redis_script.commands, 2);
}
END_TEST

/* Redis closes a connection that nobody uses for long, and all of them when it restarts. */
START_TEST(a_connection_that_was_closed_meanwhile_is_made_anew)
{
    redis_script.lines[0] = (struct redis_line){ .bytes = "$1\r\n5\r\n", .hangs_up = true };
    redis_script.lines[1].bytes = "$1\r\n6\r\n";
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_TEXT);
    while (!redis_script.closed)
        sched_yield();
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_TEXT);
    ck_assert_str_eq(text, "6");
}
END_TEST

START_TEST(a_key_is_set_for_a_time)
{
    redis_script.lines[0].bytes = "+OK\r\n";
    redis_script.lines[1].bytes = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    ck_assert(redis_set(redis, "scale:c", "5", 3700));
    ck_assert_str_eq(redis_script.last,
                     "*5\r\n$3\r\nSET\r\n$7\r\nscale:c\r\n$1\r\n5\r\n$2\r\nEX\r\n$4\r\n3700\r\n");
    ck_assert(!redis_set(redis, "scale:c", "5", 3700));
}
END_TEST

START_TEST(a_message_is_published)
{
    redis_script.lines[0].bytes = ":0\r\n";
    ck_assert(redis_publish(redis, "events", "{}"));
    ck_assert_str_eq(redis_script.last, "*3\r\n$7\r\nPUBLISH\r\n$6\r\nevents\r\n$2\r\n{}\r\n");
}
END_TEST

START_TEST(who_is_not_there_is_a_failure)
{
    redis_script_stop();
    ck_assert_int_eq(redis_get(redis, "k", text, sizeof(text)), REDIS_FAILED);
    ck_assert_str_eq(redis_error(redis), "connect: Connection refused");
    renew("unix:/nowhere", NULL, LONG_MS);
    ck_assert(!redis_publish(redis, "events", "{}"));
    ck_assert_str_eq(redis_error(redis), "connect: No such file or directory");
}
END_TEST

Suite *redis_suite(void)
{
    Suite *suite = suite_create("redis");
    TCase *cases = tcase_create("redis");

    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_url_is_of_a_host_or_of_a_socket, 0, sizeof(urls) / sizeof(urls[0]));
    tcase_add_test(cases, a_text_is_read);
    tcase_add_test(cases, a_key_that_is_not_there_is_silence);
    tcase_add_loop_test(cases, what_is_no_short_text_is_unfit_and_the_connection_stays, 0,
                        sizeof(unfit) / sizeof(unfit[0]));
    tcase_add_loop_test(cases, what_is_no_answer_is_a_failure_and_the_next_call_connects_anew, 0,
                        sizeof(failures) / sizeof(failures[0]));
    tcase_add_test(cases, an_answer_without_end_is_a_failure);
    tcase_add_loop_test(cases, the_time_is_that_of_the_whole_call, 0, sizeof(slow) / sizeof(slow[0]));
    tcase_add_test(cases, the_password_takes_of_the_same_time);
    tcase_add_test(cases, a_wrong_password_is_a_failure);
    tcase_add_test(cases, a_database_is_selected);
    tcase_add_test(cases, a_connection_that_was_closed_meanwhile_is_made_anew);
    tcase_add_test(cases, a_key_is_set_for_a_time);
    tcase_add_test(cases, a_message_is_published);
    tcase_add_test(cases, who_is_not_there_is_a_failure);
    suite_add_tcase(suite, cases);
    return suite;
}
