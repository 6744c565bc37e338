/* ctl/key: keygen and sign. What they print is a key and a signature that the responder takes; what is given
 * to them wrong is said, and nothing is signed. */
#include "auth/hotkey.h"
#include "core/encode.h"
#include "crypto/sr25519.h"
#include "crypto/ss58.h"
#include "ctl/ctl.h"

#include "check/command_output.h"
#include "core/clock.h"

#include <check.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

/* The development account Alice of Substrate. */
#define SEED    "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
#define ADDRESS "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"

Suite *ctl_key_suite(void);

static char path[] = "/tmp/rigger-ctl-XXXXXX";

static void set_up(void)
{
    int fd = mkstemp(path);

    ck_assert_int_ge(fd, 0);
    close(fd);
    setenv("RIGGER_SEED", SEED, 1);
}

static void tear_down(void)
{
    unlink(path);
}

static void write_file(const char *text, size_t length)
{
    FILE *file = fopen(path, "wb");

    ck_assert(file != NULL && fwrite(text, 1, length, file) == length && fclose(file) == 0);
}

static const struct {
    const char *seed;
    int code;
} seeds[] = {
    { SEED, EXIT_SUCCESS },
    { "0x" SEED, EXIT_SUCCESS },
    { SEED "\n", EXIT_SUCCESS },
    { "", CTL_USAGE },
    { "e5be", CTL_USAGE },
    { SEED "00", CTL_USAGE },
    { "0x0x" SEED, CTL_USAGE },
    { " " SEED, CTL_USAGE },
    { "g5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a", CTL_USAGE },
};

START_TEST(keygen_shows_the_address_of_a_seed)
{
    ck_assert_int_eq(COMMAND_RUN(ctl_keygen, "keygen", "--seed", seeds[_i].seed), seeds[_i].code);
    if (seeds[_i].code == EXIT_SUCCESS)
        ck_assert_str_eq(command_output.out, "seed    " SEED "\nhotkey  " ADDRESS "\n");
    else
        ck_assert_str_eq(command_output.out, "");
}
END_TEST

START_TEST(keygen_makes_another_key_each_time)
{
    char first[sizeof(command_output.out)];
    unsigned char public_key[SS58_KEY_BYTES];
    json_object *made;
    uint16_t prefix;

    ck_assert_int_eq(COMMAND_RUN(ctl_keygen, "keygen", "--json"), EXIT_SUCCESS);
    memcpy(first, command_output.out, sizeof(first));
    ck_assert_int_eq(COMMAND_RUN(ctl_keygen, "keygen", "--json"), EXIT_SUCCESS);
    ck_assert_str_ne(first, command_output.out);
    made = json_tokener_parse(first);
    ck_assert_uint_eq(strlen(json_object_get_string(json_object_object_get(made, "seed"))), 64);
    ck_assert(ss58_decode(json_object_get_string(json_object_object_get(made, "ss58")), &prefix, public_key));
    ck_assert_uint_eq(prefix, SS58_PREFIX_HOTKEY);
    json_object_put(made);
}
END_TEST

START_TEST(keygen_takes_nothing_else)
{
    ck_assert_int_eq(COMMAND_RUN(ctl_keygen, "keygen", "more"), CTL_USAGE);
    ck_assert_int_eq(COMMAND_RUN(ctl_keygen, "keygen", "--other"), CTL_USAGE);
    ck_assert_int_eq(COMMAND_RUN(ctl_keygen, "keygen", "--seed"), CTL_USAGE);
    ck_assert_str_eq(command_output.out, "");
}
END_TEST

/* Asserts that headers were printed which the responder takes for tail. */
static void assert_signs(const char *tail)
{
    char hotkey[64], nonce[32], signature[130];
    unsigned char hash[SIGNATURE_HASH_BYTES];
    struct hotkey_headers headers = { hotkey, nonce, signature };

    ck_assert_int_eq(sscanf(command_output.out,
                            "X-Chutes-Hotkey: %63s X-Chutes-Nonce: %31s X-Chutes-Signature: %129s", hotkey,
                            nonce, signature),
                     3);
    ck_assert_str_eq(hotkey, ADDRESS);
    ck_assert_int_eq(hotkey_verify(&headers, tail, clock_unix_seconds(), false, hash), REFUSAL_NONE);
}

static const struct {
    const char *method, *tail;
} tails[] = {
    { "GET", "launch" },
    { "DELETE", "instances" },
    { "POST", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { "PATCH", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
};

START_TEST(sign_signs_what_the_route_asks_for)
{
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", tails[_i].method, "/instances/x"), EXIT_SUCCESS);
    assert_signs(tails[_i].tail);
}
END_TEST

START_TEST(sign_signs_the_body_of_a_file_or_of_standard_input)
{
    static const char digest[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    write_file("abc", 3);
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", "--body", path, "POST", "/instances/x/"), EXIT_SUCCESS);
    assert_signs(digest);
    ck_assert_int_eq(command_output_run(ctl_sign,
                                        (const char *const[]){ "sign", "PATCH", "/x", "--body", "-", NULL },
                                        "abc"),
                     EXIT_SUCCESS);
    assert_signs(digest);
}
END_TEST

START_TEST(a_seed_file_goes_before_the_environment)
{
    setenv("RIGGER_SEED", "0000000000000000000000000000000000000000000000000000000000000001", 1);
    write_file("0x" SEED "\r\nmore\n", sizeof("0x" SEED "\r\nmore\n") - 1);
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", "--seed-file", path, "GET", "/x"), EXIT_SUCCESS);
    assert_signs("launch");
}
END_TEST

static const struct {
    const char *option, *begin;
} formats[] = {
    { "--curl", "-H 'X-Chutes-Hotkey: " ADDRESS "' -H 'X-Chutes-Nonce: " },
    { "--json", "{\"X-Chutes-Hotkey\": \"" ADDRESS "\", \"X-Chutes-Nonce\": \"" },
    { "--tsv", ADDRESS "\t" },
};

START_TEST(signatures_are_printed_in_the_form_asked_for_as_often_as_asked_for)
{
    int lines = 0;

    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", formats[_i].option, "--count", "3", "GET", "/x"),
                     EXIT_SUCCESS);
    for (const char *line = command_output.out; *line != '\0'; line = strchr(line, '\n') + 1) {
        ck_assert_msg(strncmp(line, formats[_i].begin, strlen(formats[_i].begin)) == 0, "%s", line);
        lines++;
    }
    ck_assert_int_eq(lines, 3);
}
END_TEST

static const struct {
    const char *arguments[6], *told;
} misuses[] = {
    { { "sign" }, "takes METHOD and PATH" },
    { { "sign", "GET" }, "takes METHOD and PATH" },
    { { "sign", "GET", "/x", "more" }, "takes METHOD and PATH" },
    { { "sign", "PUT", "/x" }, "METHOD is one of" },
    { { "sign", "get", "/x" }, "METHOD is one of" },
    { { "sign", "--count", "0", "GET", "/x" }, "--count takes" },
    { { "sign", "--count", "10000001", "GET", "/x" }, "--count takes" },
    { { "sign", "--count", "3x", "GET", "/x" }, "--count takes" },
    { { "sign", "--count", "99999999999999999999", "GET", "/x" }, "--count takes" },
    { { "sign", "--body", "/nowhere/at/all", "POST", "/x" }, "cannot be read" },
    { { "sign", "--seed-file", "/nowhere/at/all", "GET", "/x" }, "64 hex digits" },
    { { "sign", "--unknown", "GET", "/x" }, "see riggerctl help" },
};

START_TEST(sign_says_what_is_wrong_and_signs_nothing)
{
    ck_assert_int_eq(command_output_run(ctl_sign, misuses[_i].arguments, NULL), CTL_USAGE);
    ck_assert_ptr_nonnull(strstr(command_output.err, misuses[_i].told));
    ck_assert_str_eq(command_output.out, "");
}
END_TEST

START_TEST(without_a_seed_nothing_is_signed)
{
    unsetenv("RIGGER_SEED");
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", "GET", "/x"), CTL_USAGE);
    setenv("RIGGER_SEED", "short", 1);
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", "GET", "/x"), CTL_USAGE);
    write_file("", 0);
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", "--seed-file", path, "GET", "/x"), CTL_USAGE);
    ck_assert_str_eq(command_output.out, "");
}
END_TEST

START_TEST(a_body_over_the_limit_is_not_signed)
{
    size_t length = ((size_t)4 << 20) + 1;
    char *body = calloc(1, length);

    write_file(body, length);
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", "--body", path, "POST", "/x"), CTL_USAGE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "larger than 4 MiB"));
    write_file(body, length - 1);
    ck_assert_int_eq(COMMAND_RUN(ctl_sign, "sign", "--body", path, "POST", "/x"), EXIT_SUCCESS);
    free(body);
}
END_TEST

Suite *ctl_key_suite(void)
{
    Suite *suite = suite_create("ctl/key");
    TCase *tests = tcase_create("key");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, keygen_shows_the_address_of_a_seed, 0, COUNT(seeds));
    tcase_add_test(tests, keygen_makes_another_key_each_time);
    tcase_add_test(tests, keygen_takes_nothing_else);
    tcase_add_loop_test(tests, sign_signs_what_the_route_asks_for, 0, COUNT(tails));
    tcase_add_test(tests, sign_signs_the_body_of_a_file_or_of_standard_input);
    tcase_add_test(tests, a_seed_file_goes_before_the_environment);
    tcase_add_loop_test(tests, signatures_are_printed_in_the_form_asked_for_as_often_as_asked_for, 0,
                        COUNT(formats));
    tcase_add_loop_test(tests, sign_says_what_is_wrong_and_signs_nothing, 0, COUNT(misuses));
    tcase_add_test(tests, without_a_seed_nothing_is_signed);
    tcase_add_test(tests, a_body_over_the_limit_is_not_signed);
    suite_add_tcase(suite, tests);
    return suite;
}
