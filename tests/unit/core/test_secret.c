/* core/secret: secrets are kept whole, replaced and cleared; weak ones are told apart from good ones. */
#include "core/secret.h"

#include <check.h>
#include <signal.h>
#include <string.h>

Suite *secret_suite(void);

START_TEST(a_secret_is_kept_whole)
{
    struct secret secret = { 0 };

    ck_assert(secret_set(&secret, "a\0b", 3));
    ck_assert_uint_eq(secret.length, 3);
    ck_assert_mem_eq(secret.text, "a\0b", 4);
    secret_clear(&secret);
    ck_assert_ptr_null(secret.text);
    ck_assert_uint_eq(secret.length, 0);
    secret_clear(&secret);
}
END_TEST

START_TEST(a_secret_can_be_replaced_even_by_a_part_of_itself)
{
    struct secret secret = { 0 };

    ck_assert(secret_set(&secret, "first secret", 12));
    ck_assert(secret_set(&secret, "second", 6));
    ck_assert_str_eq(secret.text, "second");
    ck_assert(secret_set(&secret, secret.text + 3, 3));
    ck_assert_str_eq(secret.text, "ond");
    ck_assert(secret_set(&secret, "", 0));
    ck_assert_str_eq(secret.text, "");
    secret_clear(&secret);
}
END_TEST

static const char *const weak[] = {
    "",
    "short",
    "fifteen chars!!",
    "aaaaaaaaaaaaaaaaaaaaaaaa",
    "abababababababababab",
    "0000000000000000",
    "7171772217121171",
    "x7yzzyx77xyzy7zx",
    "abcdeabcdeabcdeabcde",
    "correcthorsecorrecthorse",
    "1234567890123456",
    "0123456789abcdefghij",
    "abcdefghijklmnopqrstuvwxyz",
    "ABCDEFGHIJKLMNOP",
    "zyxwvutsrqponmlkji",
    "9876543210987654",
    "changeme12345678",
    "12345678changeme",
    "CHANGEME87654321",
    "ChangeMe-2024-2025",
    "password1234567890",
    "PassWord!19283746",
    "secret0987654321",
    "supersecretpassword",
    "this-is-my-secret-key",
    "your_launch_secret_here",
    "rigger.launch.secret.1",
    "qwertyuiop1357902468",
    "please-change-me-1",
};

START_TEST(a_weak_secret_is_refused)
{
    ck_assert_msg(secret_error(weak[_i]) != NULL, "accepted: %s", weak[_i]);
}
END_TEST

static const char *const good[] = {
    "d1f2a7c44b0e9f6a",          "correct horse battery staple",
    "another-salt-for-a-reload", "4f1c0f7b0d5e4d6e8c1a2b3c9d8e7f60a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "Zm9vLWJhci1iYXotcXV4",      "passwordless-k9!vT2x",
    "7391604852730196",
};

START_TEST(a_good_secret_is_accepted)
{
    const char *error = secret_error(good[_i]);

    ck_assert_msg(error == NULL, "%s: %s", good[_i], error);
}
END_TEST

START_TEST(sixteen_bytes_are_the_least)
{
    ck_assert_ptr_nonnull(secret_error("d1f2a7c44b0e9f6"));
    ck_assert_ptr_null(secret_error("d1f2a7c44b0e9f6a"));
    ck_assert_int_eq(SECRET_MIN_BYTES, 16);
}
END_TEST

START_TEST(a_long_text_of_words_is_judged_too)
{
    char text[400] = { 0 };

    for (size_t i = 0; i + 12 < sizeof(text); i += 12)
        memcpy(text + i, i % 24 == 0 ? "secretpasswo" : "rdtokenadmin", 12);
    ck_assert_ptr_nonnull(secret_error(text));
    text[0] = 'X';
    text[100] = 'Y';
    ck_assert_ptr_null(secret_error(text));
}
END_TEST

#ifndef __SANITIZE_ADDRESS__ /* which takes the signal for a finding of its own */
START_TEST(a_secret_cannot_be_written_to)
{
    struct secret secret = { 0 };

    ck_assert(secret_set(&secret, "read-only", 9));
    *(volatile char *)secret.text = 'X';
}
END_TEST
#endif

Suite *secret_suite(void)
{
    Suite *suite = suite_create("core/secret");
    TCase *tests = tcase_create("secret");

    tcase_add_test(tests, a_secret_is_kept_whole);
    tcase_add_test(tests, a_secret_can_be_replaced_even_by_a_part_of_itself);
    tcase_add_loop_test(tests, a_weak_secret_is_refused, 0, sizeof(weak) / sizeof(weak[0]));
    tcase_add_loop_test(tests, a_good_secret_is_accepted, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_test(tests, sixteen_bytes_are_the_least);
    tcase_add_test(tests, a_long_text_of_words_is_judged_too);
#ifndef __SANITIZE_ADDRESS__
    tcase_add_test_raise_signal(tests, a_secret_cannot_be_written_to, SIGSEGV);
#endif
    suite_add_tcase(suite, tests);
    return suite;
}
