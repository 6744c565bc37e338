/* auth/account: tokens and API keys of accounts. A credential acts for its own account's hotkey and for no
 * other. */
#include "auth/account.h"

#include "auth/jwt.h"
#include "check/postgres.h"
#include "core/encode.h"
#include "db/migrate.h"

#include <check.h>
#include <json-c/json.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define DATABASE     "accounts"
#define NOW_S        1764000000
#define ENCRYPTION   "an encryption key, made up"
#define KEY_ID       "0123456789abcdef0123456789abcdef"
#define USER_ID      "fedcba9876543210fedcba9876543210"
#define SECRET       "abcdefghijKLMNOPQRST0123456789zZ"
#define API_KEY      "cpk_" KEY_ID "." USER_ID "." SECRET

Suite *account_suite(void);

static char dsn[POSTGRES_DSN_BYTES];
static struct config config;
static struct account_request request;

static void make_accounts(void)
{
    char hash[crypto_pwhash_STRBYTES], sql[1024];

    postgres_set_up();
    postgres_create_database(DATABASE);
    postgres_dsn(dsn, DATABASE, "");
    ck_assert(migrate_run(dsn, false, fopen("/dev/null", "w"), stderr));
    ck_assert_int_eq(crypto_pwhash_str(hash, API_KEY, strlen(API_KEY), crypto_pwhash_OPSLIMIT_MIN,
                                       crypto_pwhash_MEMLIMIT_MIN),
                     0);
    snprintf(sql, sizeof(sql),
             "insert into public.users (user_id, username, hotkey, fingerprint_hash)"
             " values ('" USER_ID "', 'a', 'alice', 'print a'), ('poor', 'b', null, 'print b'),"
             " ('bob', 'c', 'bob', 'print c');"
             "insert into public.api_keys (api_key_id, key_hash, user_id, admin, name)"
             " values ('" KEY_ID "', '%s', '" USER_ID "', true, 'key')",
             hash);
    postgres_execute(DATABASE, sql);
}

static void set_up(void)
{
    postgres_dsn(dsn, DATABASE, "");
    ck_assert(secret_set(&config.launch.account_encryption_key, ENCRYPTION, strlen(ENCRYPTION)));
    request = (struct account_request){ .config = &config,
                                        .client = "192.0.2.1",
                                        .arena = arena_create((size_t)1 << 20),
                                        .db = db_create_for_dsn(dsn),
                                        .now_s = NOW_S };
}

static void tear_down(void)
{
    secret_clear(&config.launch.account_encryption_key);
    db_free(request.db);
    arena_free(request.arena);
}

/* A token with these claims, signed for the account whose fingerprint's hash that is. */
static char *make_token(const char *claims_text, const char *fingerprint_hash, const char *salt)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char key_text[2 * sizeof(digest) + 1],
        *text = arena_printf(request.arena, "%s%s", fingerprint_hash, salt), *token;
    const struct jwt_key key = { .bytes = key_text, .length = sizeof(key_text) - 1 };
    json_object *claims = json_tokener_parse(claims_text);

    crypto_hash_sha256(digest, (const unsigned char *)text, strlen(text));
    hex_encode(key_text, digest, sizeof(digest));
    token = jwt_sign(request.arena, &key, claims);
    json_object_put(claims);
    return arena_printf(request.arena, "Bearer %s", token);
}

#define OF_A "{\"sub\":\"" USER_ID "\""

static const struct {
    const char *claims, *fingerprint_hash, *salt;
    const char *header; /* X-Chutes-Hotkey */
    bool passes;
} tokens[] = {
    { OF_A "}", "print a", "", NULL, true },
    { OF_A "}", "print a", "", "alice", true },
    { OF_A "}", "print a", "", "bob", false },
    { OF_A "}", "print a", "", "", false },
    { OF_A "}", "print c", "", NULL, false },
    { OF_A "}", "print a", ENCRYPTION, NULL, false },
    { OF_A ",\"salted\":true}", "print a", ENCRYPTION, NULL, true },
    { OF_A ",\"salted\":true}", "print a", "", NULL, false },
    { OF_A ",\"salted\":\"true\"}", "print a", ENCRYPTION, NULL, false },
    { OF_A ",\"exp\":1764000001}", "print a", "", NULL, true },
    { OF_A ",\"exp\":1764000000}", "print a", "", NULL, false },
    { OF_A ",\"iat\":1764000001}", "print a", "", NULL, false },
    { "{\"sub\":\"poor\"}", "print b", "", NULL, false },
    { "{\"sub\":\"nobody\"}", "print a", "", NULL, false },
    { "{\"sub\":1}", "print a", "", NULL, false },
    { "{}", "print a", "", NULL, false },
};

START_TEST(a_token_acts_for_its_own_account)
{
    const char *hotkey = NULL;

    request.authorization = make_token(tokens[_i].claims, tokens[_i].fingerprint_hash, tokens[_i].salt);
    request.hotkey = tokens[_i].header;
    ck_assert_int_eq(account_authenticate(&request, &hotkey), tokens[_i].passes ? STATUS_OK : STATUS_REFUSED);
    if (tokens[_i].passes)
        ck_assert_str_eq(hotkey, "alice");
}
END_TEST

START_TEST(without_an_encryption_key_no_salted_token_is_good)
{
    const char *hotkey;

    request.authorization = make_token(OF_A ",\"salted\":true}", "print a", "");
    secret_clear(&config.launch.account_encryption_key);
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_REFUSED);
}
END_TEST

static const char *const headers[] = { "", "Bearer ", "Bearer x", "Basic x", "x", "cpk_", "cpk_x.y.z" };

START_TEST(what_is_no_credential_is_refused)
{
    const char *hotkey;

    request.authorization = headers[_i];
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_REFUSED);
}
END_TEST

START_TEST(a_token_stands_behind_bearer)
{
    const char *hotkey;

    request.authorization = make_token(OF_A "}", "print a", "") + strlen("Bearer ");
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_REFUSED);
}
END_TEST

START_TEST(an_administrator_s_key_acts_for_its_account)
{
    static const char used[] = "select (last_used_at is not null)::text from public.api_keys";
    const char *hotkey = NULL;

    postgres_expect(DATABASE, used, "false");
    request.authorization = API_KEY;
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_OK);
    ck_assert_str_eq(hotkey, "alice");
    postgres_expect(DATABASE, used, "true");
    request.authorization = "Bearer " API_KEY;
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_OK);
    request.hotkey = "bob";
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_REFUSED);
}
END_TEST

static const char *const other_keys[] = {
    "cpk_" KEY_ID "." USER_ID ".abcdefghijKLMNOPQRST0123456789zY",
    "cpk_" USER_ID "." USER_ID "." SECRET,
    "cpk_" KEY_ID "." KEY_ID "." SECRET,
};

START_TEST(another_key_is_refused)
{
    const char *hotkey;

    request.authorization = other_keys[_i];
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_REFUSED);
}
END_TEST

START_TEST(a_key_of_no_administrator_is_refused)
{
    const char *hotkey;

    postgres_execute(DATABASE, "update public.api_keys set admin = false");
    request.authorization = API_KEY;
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_REFUSED);
}
END_TEST

START_TEST(without_a_database_nobody_is_refused_for_good)
{
    const char *hotkey;

    db_free(request.db);
    request.db = db_create_for_dsn("host=/nowhere/at/all");
    request.authorization = API_KEY;
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_UNAVAILABLE);
    request.authorization = make_token(OF_A "}", "print a", "");
    ck_assert_int_eq(account_authenticate(&request, &hotkey), STATUS_UNAVAILABLE);
}
END_TEST

Suite *account_suite(void)
{
    Suite *suite = suite_create("auth/account");
    TCase *tests = tcase_create("account");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, make_accounts, postgres_tear_down);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_token_acts_for_its_own_account, 0, COUNT(tokens));
    tcase_add_test(tests, without_an_encryption_key_no_salted_token_is_good);
    tcase_add_loop_test(tests, what_is_no_credential_is_refused, 0, COUNT(headers));
    tcase_add_test(tests, a_token_stands_behind_bearer);
    tcase_add_test(tests, an_administrator_s_key_acts_for_its_account);
    tcase_add_loop_test(tests, another_key_is_refused, 0, COUNT(other_keys));
    tcase_add_test(tests, a_key_of_no_administrator_is_refused);
    tcase_add_test(tests, without_a_database_nobody_is_refused_for_good);
    suite_add_tcase(suite, tests);
    return suite;
}
