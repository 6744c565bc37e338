/* auth/api_key: the form of a key, and what is remembered of it. */
#include "auth/api_key.h"

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *api_key_suite(void);

#define ID_A   "0123456789abcdef0123456789abcdef"
#define ID_B   "fedcba9876543210fedcba9876543210"
#define SECRET "abcdefghijKLMNOPQRST0123456789zZ"
#define KEY    "cpk_" ID_A "." ID_B "." SECRET

static const struct {
    const char *text;
    bool valid;
} forms[] = {
    { KEY, true },
    { "cpk_" ID_A "." ID_B ".abcdefghijKLMNOPQRST0123456789z", false },
    { "cpk_" ID_A "." ID_B ".abcdefghijKLMNOPQRST0123456789zZx", false },
    { "cpk_" ID_A "." ID_B ".abcdefghijKLMNOPQRST0123456789z-", false },
    { "cpk_" ID_A "-" ID_B "." SECRET, false },
    { "cpk_0123456789ABCDEF0123456789abcdef." ID_B "." SECRET, false },
    { "CPK_" ID_A "." ID_B "." SECRET, false },
    { KEY ".", false },
    { KEY "\n", false },
    { KEY " " KEY, false },
    { "", false },
};

START_TEST(only_the_one_form_is_a_key)
{
    struct api_key key;

    ck_assert_int_eq(api_key_parse(forms[_i].text, &key), forms[_i].valid);
    if (forms[_i].valid) {
        ck_assert_str_eq(key.key_id, ID_A);
        ck_assert_str_eq(key.user_id, ID_B);
    }
}
END_TEST

static void make_hash(char hash[crypto_pwhash_STRBYTES])
{
    ck_assert_int_eq(
        crypto_pwhash_str(hash, KEY, strlen(KEY), crypto_pwhash_OPSLIMIT_MIN, crypto_pwhash_MEMLIMIT_MIN), 0);
}

START_TEST(a_verified_key_is_remembered_for_a_while_and_for_its_hash)
{
    char hash[crypto_pwhash_STRBYTES], other[crypto_pwhash_STRBYTES];
    struct api_key key;
    bool fresh;

    make_hash(hash);
    make_hash(other);
    ck_assert(api_key_parse(KEY, &key));
    ck_assert(api_key_verify(KEY, &key, hash, 1000, &fresh));
    ck_assert(fresh);
    ck_assert(api_key_verify(KEY, &key, hash, 1000 + API_KEY_KEPT_MS - 1, &fresh));
    ck_assert(!fresh);
    ck_assert(api_key_verify(KEY, &key, other, 1001, &fresh));
    ck_assert_msg(fresh, "another hash was not asked");
    ck_assert(api_key_verify(KEY, &key, hash, 1000 + API_KEY_KEPT_MS, &fresh));
    ck_assert_msg(fresh, "remembered for too long");
}
END_TEST

START_TEST(a_key_guessed_at_too_often_is_refused_unasked_for_a_while)
{
    char hash[crypto_pwhash_STRBYTES], guess[] = KEY;
    struct api_key key;
    bool fresh;

    make_hash(hash);
    ck_assert(api_key_parse(KEY, &key));
    for (int i = 0; i < API_KEY_TRIES_MAX; i++) {
        guess[API_KEY_BYTES - 1] = (char)('A' + i);
        ck_assert(!api_key_verify(guess, &key, hash, 1000, &fresh));
    }
    ck_assert(!api_key_verify(KEY, &key, hash, 1001, &fresh));
    ck_assert(api_key_verify(KEY, &key, hash, 1000 + API_KEY_KEPT_MS, &fresh));
}
END_TEST

START_TEST(who_was_verified_is_not_shut_out_by_others_guesses)
{
    char hash[crypto_pwhash_STRBYTES], guess[] = KEY;
    struct api_key key;
    bool fresh;

    make_hash(hash);
    ck_assert(api_key_parse(KEY, &key));
    ck_assert(api_key_verify(KEY, &key, hash, 1000, &fresh));
    for (int i = 0; i < 2 * API_KEY_TRIES_MAX; i++) {
        guess[API_KEY_BYTES - 1] = (char)('A' + i);
        ck_assert(!api_key_verify(guess, &key, hash, 1000, &fresh));
    }
    ck_assert(api_key_verify(KEY, &key, hash, 1001, &fresh));
}
END_TEST

START_TEST(a_hash_that_is_none_matches_nothing)
{
    struct api_key key;
    bool fresh;

    ck_assert(api_key_parse(KEY, &key));
    ck_assert(!api_key_verify(KEY, &key, "", 1000, &fresh));
    ck_assert(!api_key_verify(KEY, &key, "$argon2id$v=19$m=1", 1000, &fresh));
    ck_assert(!api_key_verify(KEY, &key, KEY, 1000, &fresh));
}
END_TEST

Suite *api_key_suite(void)
{
    Suite *suite = suite_create("api_key");
    TCase *key_case = tcase_create("keys");

    tcase_add_loop_test(key_case, only_the_one_form_is_a_key, 0, COUNT(forms));
    tcase_add_test(key_case, a_verified_key_is_remembered_for_a_while_and_for_its_hash);
    tcase_add_test(key_case, a_key_guessed_at_too_often_is_refused_unasked_for_a_while);
    tcase_add_test(key_case, who_was_verified_is_not_shut_out_by_others_guesses);
    tcase_add_test(key_case, a_hash_that_is_none_matches_nothing);
    suite_add_tcase(suite, key_case);
    return suite;
}
