/* ctl/token: says of a launch token what the responder would say, and why. */
#include "auth/jwt.h"
#include "auth/launch_token.h"
#include "ctl/ctl.h"

#include "check/command_output.h"
#include "check/config_fixture.h"
#include "core/clock.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define CONFIG_ID    "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"
#define ENV_KEY      "00112233445566778899aabbccddeeff"

Suite *ctl_token_suite(void);

#define LIFETIME_S 7200

static struct arena *arena;

static void set_up(void)
{
    config_fixture_set_up();
    config_fixture_write(config_path, MINIMUM, sizeof(MINIMUM) - 1, 0600);
    arena = arena_create(65536);
}

static void tear_down(void)
{
    arena_free(arena);
    config_fixture_tear_down();
}

static char *make_token(const char *secret_text, int64_t age_s)
{
    int64_t issued_at_s = clock_unix_seconds() - age_s;
    struct launch_token token = { .config_id = CONFIG_ID,
                                  .env_key = ENV_KEY,
                                  .url = "https://a/\x1b[31m",
                                  .issued_at_s = issued_at_s,
                                  .expires_at_s = issued_at_s + LIFETIME_S };
    struct config config = { 0 };
    char *text;

    ck_assert(secret_set(&config.launch.launch_secret, secret_text, strlen(secret_text)));
    text = launch_token_sign(arena, &config, &token);
    secret_clear(&config.launch.launch_secret);
    return text;
}

static int run(const char *token, const char *input)
{
    return command_output_run(ctl_token,
                              (const char *const[]){ "token", "--config", config_path, token, NULL }, input);
}

START_TEST(a_good_token_is_good_and_is_shown_without_steering_the_terminal)
{
    ck_assert_int_eq(run(make_token(LAUNCH_SECRET, 10), NULL), EXIT_SUCCESS);
    ck_assert_ptr_nonnull(strstr(command_output.out, "\ngood\n"));
    ck_assert_ptr_nonnull(strstr(command_output.out, "sub      " CONFIG_ID "\n"));
    ck_assert_ptr_nonnull(strstr(command_output.out, " UTC, -10 s from now\n"));
    ck_assert_ptr_nonnull(strstr(command_output.out, "https://a/?[31m\n"));
    ck_assert_ptr_null(strchr(command_output.out, '\x1b'));
}
END_TEST

START_TEST(a_token_is_read_from_standard_input)
{
    ck_assert_int_eq(run("-", arena_printf(arena, "%s\r\nnext line\n", make_token(LAUNCH_SECRET, 10))),
                     EXIT_SUCCESS);
    ck_assert_int_eq(run("-", ""), EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "that is no token"));
}
END_TEST

START_TEST(what_is_wrong_with_a_token_is_said)
{
    const struct {
        const char *token, *told;
    } cases[] = {
        { make_token("another secret, long enough", 10), "its signature is not of this launch_secret" },
        { make_token(LAUNCH_SECRET, LIFETIME_S), "it has expired" },
        { make_token(LAUNCH_SECRET, -3600), "it is from the future" },
    };

    for (int i = 0; i < COUNT(cases); i++) {
        ck_assert_int_eq(run(cases[i].token, NULL), EXIT_FAILURE);
        ck_assert_msg(strstr(command_output.out, cases[i].told) != NULL, "%s", command_output.out);
        ck_assert_ptr_null(strstr(command_output.out, "\ngood\n"));
    }
}
END_TEST

START_TEST(a_token_of_another_kind_is_no_launch_token)
{
    struct config config = { 0 };

    ck_assert(secret_set(&config.launch.launch_secret, LAUNCH_SECRET, strlen(LAUNCH_SECRET)));
    ck_assert_int_eq(
        run(launch_token_sign_claims(arena, &config, json_tokener_parse("{\"sub\":\"a\",\"iat\":1}")), NULL),
        EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(command_output.out, "refused: it is no launch token"));
    secret_clear(&config.launch.launch_secret);
}
END_TEST

START_TEST(a_script_gets_a_line_of_json)
{
    json_object *claims;

    ck_assert_int_eq(COMMAND_RUN(ctl_token, "token", "--json", "--config", config_path,
                                 make_token(LAUNCH_SECRET, LIFETIME_S)),
                     EXIT_FAILURE);
    claims = json_tokener_parse(command_output.out);
    ck_assert_str_eq(json_object_get_string(json_object_object_get(claims, "sub")), CONFIG_ID);
    ck_assert_ptr_nonnull(strstr(command_output.out, "it has expired"));
    ck_assert_ptr_eq(strchr(command_output.out, '\n'), command_output.out + strlen(command_output.out) - 1);
    json_object_put(claims);
}
END_TEST

static const char *const no_tokens[] = { "",        "abc",   "a.b",  "a.!.c",
                                         "a.W10.c", "a.e30", "....", "Bearer a.e30.c" };

START_TEST(what_is_no_token_is_called_so)
{
    int code = run(no_tokens[_i], NULL);

    ck_assert_int_eq(code, EXIT_FAILURE);
    if (strstr(command_output.err, "that is no token") == NULL)
        ck_assert_ptr_nonnull(strstr(command_output.out, "refused: it is no launch token"));
    ck_assert_ptr_null(strstr(command_output.out, "good"));
}
END_TEST

START_TEST(wrong_use_and_a_wrong_configuration_are_told_apart)
{
    ck_assert_int_eq(COMMAND_RUN(ctl_token, "token"), CTL_USAGE);
    ck_assert_int_eq(COMMAND_RUN(ctl_token, "token", "a", "b"), CTL_USAGE);
    ck_assert_int_eq(COMMAND_RUN(ctl_token, "token", "--chute", "x", "a"), CTL_USAGE);
    config_fixture_write(config_path, "[launch]\n", 9, 0600);
    ck_assert_int_eq(run("a.e30.c", NULL), EXIT_FAILURE);
    ck_assert_str_ne(command_output.err, "");
}
END_TEST

Suite *ctl_token_suite(void)
{
    Suite *suite = suite_create("ctl/token");
    TCase *tests = tcase_create("token");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_good_token_is_good_and_is_shown_without_steering_the_terminal);
    tcase_add_test(tests, a_token_is_read_from_standard_input);
    tcase_add_test(tests, what_is_wrong_with_a_token_is_said);
    tcase_add_test(tests, a_token_of_another_kind_is_no_launch_token);
    tcase_add_test(tests, a_script_gets_a_line_of_json);
    tcase_add_loop_test(tests, what_is_no_token_is_called_so, 0, COUNT(no_tokens));
    tcase_add_test(tests, wrong_use_and_a_wrong_configuration_are_told_apart);
    suite_add_tcase(suite, tests);
    return suite;
}
