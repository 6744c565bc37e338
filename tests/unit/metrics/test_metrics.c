/* metrics/metrics: what is counted appears in the text, under the names that were handed over. */
#include "metrics/metrics.h"

#include <check.h>
#include <string.h>

Suite *metrics_suite(void);

static const char *const names[] = { "first", "second" };

static struct buf written(void)
{
    struct buf text;

    buf_init(&text, 1U << 20);
    metrics_write(&text);
    ck_assert(!text.failed);
    return text;
}

static void assert_says(const char *line)
{
    struct buf text = written();

    ck_assert_msg(strstr(text.data, line) != NULL, "not in the text: %s", line);
    buf_free(&text);
}

static void assert_says_not(const char *line)
{
    struct buf text = written();

    ck_assert_msg(strstr(text.data, line) == NULL, "in the text: %s", line);
    buf_free(&text);
}

START_TEST(a_request_counts_for_its_route_alone)
{
    metrics_name_routes(names, 2);
    metrics_count_request(1, 200, 1500, 500000);
    assert_says("rigger_requests_total{route=\"second\",status=\"200\"} 1\n");
    assert_says("rigger_request_duration_seconds_bucket{route=\"second\",le=\"0.001\"} 0\n");
    assert_says("rigger_request_duration_seconds_bucket{route=\"second\",le=\"0.0025\"} 1\n");
    assert_says("rigger_request_duration_seconds_bucket{route=\"second\",le=\"+Inf\"} 1\n");
    assert_says("rigger_request_duration_seconds_sum{route=\"second\"} 0.001500\n");
    assert_says("rigger_request_duration_seconds_count{route=\"second\"} 1\n");
    assert_says("rigger_database_seconds_total{route=\"second\"} 0.500000\n");
    assert_says_not("route=\"first\"");
    assert_says_not("route=\"none\"");
}
END_TEST

START_TEST(what_has_no_route_counts_as_none)
{
    metrics_name_routes(names, 2);
    metrics_count_request(METRICS_NO_ROUTE, 404, 1, 0);
    metrics_count_request(2, 404, 1, 0); /* a route that nobody named */
    assert_says("rigger_requests_total{route=\"none\",status=\"404\"} 2\n");
    assert_says_not("route=\"first\"");
}
END_TEST

START_TEST(a_status_that_is_not_listed_is_other)
{
    metrics_name_routes(names, 2);
    metrics_count_request(0, 418, INT64_MAX, 0);
    assert_says("rigger_requests_total{route=\"first\",status=\"other\"} 1\n");
    assert_says("rigger_request_duration_seconds_bucket{route=\"first\",le=\"30\"} 0\n");
    assert_says("rigger_request_duration_seconds_bucket{route=\"first\",le=\"+Inf\"} 1\n");
}
END_TEST

START_TEST(a_counter_grows_by_what_it_is_given)
{
    metrics_count(METRICS_EVENTS_PUBLISHED, 3);
    metrics_count(METRICS_EVENTS_PUBLISHED, 4);
    assert_says("rigger_events_published_total 7\n");
    assert_says("rigger_worker_deaths_total 0\n");
}
END_TEST

Suite *metrics_suite(void)
{
    Suite *suite = suite_create("metrics/metrics");
    TCase *text_case = tcase_create("text");

    tcase_add_test(text_case, a_request_counts_for_its_route_alone);
    tcase_add_test(text_case, what_has_no_route_counts_as_none);
    tcase_add_test(text_case, a_status_that_is_not_listed_is_other);
    tcase_add_test(text_case, a_counter_grows_by_what_it_is_given);
    suite_add_tcase(suite, text_case);
    return suite;
}
