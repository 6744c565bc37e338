/* server/transport_cgi: variables from the environment, the body from standard input, the answer to standard
 * output. */
#include "server/transport_cgi.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *transport_cgi_suite(void);

static int input, output, saved_output; /* the ends that the web server has */

static void set_up(void)
{
    int in[2], out[2];

    ck_assert(pipe(in) == 0 && pipe(out) == 0);
    saved_output = dup(STDOUT_FILENO);
    ck_assert(dup2(in[0], STDIN_FILENO) == STDIN_FILENO && dup2(out[1], STDOUT_FILENO) == STDOUT_FILENO);
    close(in[0]);
    close(out[1]);
    input = in[1];
    output = out[0];
    signal(SIGPIPE, SIG_IGN);
}

static void tear_down(void)
{
    dup2(saved_output, STDOUT_FILENO);
    close(saved_output);
    close(input);
    close(output);
}

START_TEST(the_variables_are_the_environment)
{
    bool found = false;

    setenv("REQUEST_URI", "/livez", 1);
    for (char **entry = cgi_transport()->environment; *entry != NULL; entry++)
        found = found || strcmp(*entry, "REQUEST_URI=/livez") == 0;
    ck_assert(found);
}
END_TEST

START_TEST(the_body_comes_in_pieces_and_ends)
{
    struct transport *transport = cgi_transport();
    char data[8];

    ck_assert_int_eq(write(input, "abcde", 5), 5);
    close(input);
    ck_assert_int_eq(transport->read(transport, data, 3), 3);
    ck_assert_mem_eq(data, "abc", 3);
    ck_assert_int_eq(transport->read(transport, data, sizeof(data)), 2);
    ck_assert_mem_eq(data, "de", 2);
    ck_assert_int_eq(transport->read(transport, data, sizeof(data)), 0);
}
END_TEST

START_TEST(the_answer_goes_out_whole_or_the_client_is_gone)
{
    struct transport *transport = cgi_transport();
    char data[8];

    ck_assert(transport->write(transport, "", 0));
    ck_assert(transport->write(transport, "answer", 6));
    ck_assert_int_eq(read(output, data, sizeof(data)), 6);
    ck_assert_mem_eq(data, "answer", 6);
    close(output);
    ck_assert(!transport->write(transport, "answer", 6));
}
END_TEST

Suite *transport_cgi_suite(void)
{
    Suite *suite = suite_create("server/transport_cgi");
    TCase *tests = tcase_create("transport_cgi");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_variables_are_the_environment);
    tcase_add_test(tests, the_body_comes_in_pieces_and_ends);
    tcase_add_test(tests, the_answer_goes_out_whole_or_the_client_is_gone);
    suite_add_tcase(suite, tests);
    return suite;
}
