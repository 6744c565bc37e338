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

#define CLIENT "192.0.2.1"

START_TEST(a_verified_key_is_remembered_for_a_while_and_for_its_hash)
{
    char hash[crypto_pwhash_STRBYTES], other[crypto_pwhash_STRBYTES];
    bool fresh;

    make_hash(hash);
    make_hash(other);
    ck_assert(api_key_verify(KEY, hash, CLIENT, 1000, &fresh));
    ck_assert(fresh);
    ck_assert(api_key_verify(KEY, hash, CLIENT, 1000 + API_KEY_KEPT_MS - 1, &fresh));
    ck_assert(!fresh);
    ck_assert(api_key_verify(KEY, other, CLIENT, 1001, &fresh));
    ck_assert_msg(fresh, "another hash was not asked");
    ck_assert(api_key_verify(KEY, hash, CLIENT, 1000 + API_KEY_KEPT_MS, &fresh));
    ck_assert_msg(fresh, "remembered for too long");
}
END_TEST

/* As many wrong keys as one address may try. */
static void guess_from(const char *client, const char *hash)
{
    char guess[] = KEY;
    bool fresh;

    for (int i = 0; i < API_KEY_TRIES_MAX; i++) {
        guess[API_KEY_BYTES - 1] = (char)('A' + i);
        ck_assert(!api_key_verify(guess, hash, client, 1000, &fresh));
    }
}

START_TEST(an_address_that_guessed_too_often_is_refused_unasked_for_a_while)
{
    char hash[crypto_pwhash_STRBYTES];
    bool fresh;

    make_hash(hash);
    guess_from(CLIENT, hash);
    ck_assert(!api_key_verify(KEY, hash, CLIENT, 1001, &fresh));
    ck_assert(!api_key_verify(KEY, hash, "::ffff:" CLIENT, 1001, &fresh));
    ck_assert(api_key_verify(KEY, hash, CLIENT, 1000 + API_KEY_KEPT_MS, &fresh));
}
END_TEST

START_TEST(nobody_is_shut_out_by_what_others_guess_of_the_same_key)
{
    char hash[crypto_pwhash_STRBYTES];
    bool fresh;

    make_hash(hash);
    guess_from(CLIENT, hash);
    ck_assert(api_key_verify(KEY, hash, "192.0.2.2", 1001, &fresh));
}
END_TEST

START_TEST(addresses_of_one_network_of_64_bits_guess_together)
{
    char hash[crypto_pwhash_STRBYTES];
    bool fresh;

    make_hash(hash);
    guess_from("2001:db8:1:2::3", hash);
    ck_assert(!api_key_verify(KEY, hash, "2001:db8:1:2:ffff::", 1001, &fresh));
    ck_assert(api_key_verify(KEY, hash, "2001:db8:1:3::3", 1001, &fresh));
}
END_TEST

START_TEST(who_was_verified_is_not_shut_out_by_guesses)
{
    char hash[crypto_pwhash_STRBYTES];
    bool fresh;

    make_hash(hash);
    ck_assert(api_key_verify(KEY, hash, CLIENT, 1000, &fresh));
    guess_from(CLIENT, hash);
    ck_assert(api_key_verify(KEY, hash, CLIENT, 1001, &fresh));
}
END_TEST

START_TEST(a_hash_that_is_none_matches_nothing)
{
    bool fresh;

    ck_assert(!api_key_verify(KEY, "", CLIENT, 1000, &fresh));
    ck_assert(!api_key_verify(KEY, "$argon2id$v=19$m=1", CLIENT, 1000, &fresh));
    ck_assert(!api_key_verify(KEY, KEY, CLIENT, 1000, &fresh));
}
END_TEST

Suite *api_key_suite(void)
{
    Suite *suite = suite_create("api_key");
    TCase *key_case = tcase_create("keys");

    tcase_add_loop_test(key_case, only_the_one_form_is_a_key, 0, COUNT(forms));
    tcase_add_test(key_case, a_verified_key_is_remembered_for_a_while_and_for_its_hash);
    tcase_add_test(key_case, an_address_that_guessed_too_often_is_refused_unasked_for_a_while);
    tcase_add_test(key_case, nobody_is_shut_out_by_what_others_guess_of_the_same_key);
    tcase_add_test(key_case, addresses_of_one_network_of_64_bits_guess_together);
    tcase_add_test(key_case, who_was_verified_is_not_shut_out_by_guesses);
    tcase_add_test(key_case, a_hash_that_is_none_matches_nothing);
    suite_add_tcase(suite, key_case);
    return suite;
}
