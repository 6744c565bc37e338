/* auth/authenticate: which credential each policy asks for, and that what an endpoint does not say is denied.
 */
#include "auth/authenticate.h"

#include "auth/hotkey.h"
#include "auth/launch_token.h"
#include "check/memory_transport.h"
#include "core/clock.h"
#include "core/encode.h"
#include "crypto/ss58.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define CONFIG_ID    "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"

Suite *authenticate_suite(void);

static const unsigned char seed[SR25519_SEED_BYTES] = { 7 };
static const char body[] = "{\"active\":true}";

static struct arena *arena;
static struct memory_transport memory;
static struct request request;
static struct config config;
static struct endpoint endpoint;
static struct response response;
static struct exchange exchange;
static char hotkey[SS58_TEXT_BYTES], headers[4][256];
static char *environment[8];

static void set_up(void)
{
    unsigned char public_key[SR25519_PUBLIC_KEY_BYTES];

    arena = arena_create((size_t)1 << 20);
    ck_assert(sr25519_public_key(public_key, seed) && ss58_encode(hotkey, SS58_PREFIX_HOTKEY, public_key));
    ck_assert(secret_set(&config.launch.launch_secret, "a secret of this test", 21));
    config.server.metrics_allow = "10.0.0.0/8";
    memory_transport_prepare(&memory, environment, "");
    request = (struct request){ .arena = arena,
                                .transport = &memory.transport,
                                .client = "10.1.2.3",
                                .body = (const unsigned char *)body,
                                .body_length = sizeof(body) - 1 };
    exchange = (struct exchange){ .arena = arena,
                                  .config = &config,
                                  .endpoint = &endpoint,
                                  .request = &request,
                                  .response = &response,
                                  .path = { CONFIG_ID } };
    endpoint = (struct endpoint){ .name = "test", .purpose = "launch" };
}

static void tear_down(void)
{
    secret_clear(&config.launch.launch_secret);
    arena_free(arena);
}

/* Headers of a miner who signs tail. */
static void sign(const char *tail)
{
    unsigned char signature[SR25519_SIGNATURE_BYTES];
    char text[256], hex[2 * sizeof(signature) + 1];
    long long now_s = clock_unix_seconds();
    int length = snprintf(text, sizeof(text), "%s:%lld:%s", hotkey, now_s, tail);

    ck_assert(sr25519_sign(signature, text, (size_t)length, seed));
    hex_encode(hex, signature, sizeof(signature));
    snprintf(headers[0], sizeof(headers[0]), "HTTP_X_CHUTES_HOTKEY=%s", hotkey);
    snprintf(headers[1], sizeof(headers[1]), "HTTP_X_CHUTES_NONCE=%lld", now_s);
    snprintf(headers[2], sizeof(headers[2]), "HTTP_X_CHUTES_SIGNATURE=%s", hex);
    for (int i = 0; i < 3; i++)
        environment[i] = headers[i];
    environment[3] = NULL;
}

static void bear(const char *config_id)
{
    struct launch_token token = { .config_id = config_id,
                                  .env_key = "00112233445566778899aabbccddeeff",
                                  .url = "u",
                                  .issued_at_s = clock_unix_seconds(),
                                  .expires_at_s = clock_unix_seconds() + 7200 };

    environment[0] =
        arena_printf(arena, "HTTP_AUTHORIZATION=Bearer %s", launch_token_sign(arena, &config, &token));
    environment[1] = NULL;
}

/* Asserts what becomes of the request; REFUSAL_NONE: it may pass. */
static void expect(enum auth_policy policy, enum refusal expected)
{
    struct response wanted = { 0 };
    enum status status;

    exchange.caller = (struct caller){ .hotkey = NULL };
    endpoint.auth = policy;
    status = authenticate(&exchange);
    ck_assert_int_eq(status, expected == REFUSAL_NONE ? STATUS_OK : STATUS_REFUSED);
    if (expected == REFUSAL_NONE)
        return;
    response_refuse(&wanted, &request, expected, NULL);
    ck_assert_int_eq(response.status, wanted.status);
    ck_assert_str_eq(response.refusal, wanted.refusal);
}

START_TEST(what_an_endpoint_does_not_say_is_denied)
{
    sign("launch");
    ck_assert_int_eq((struct endpoint){ .name = "x" }.auth, AUTH_DENY);
    expect(AUTH_DENY, REFUSAL_FORBIDDEN);
    expect((enum auth_policy)99, REFUSAL_FORBIDDEN);
}
END_TEST

START_TEST(some_endpoints_are_for_anybody)
{
    expect(AUTH_NONE, REFUSAL_NONE);
    ck_assert_ptr_null(exchange.caller.hotkey);
}
END_TEST

START_TEST(a_hotkey_signs_the_purpose)
{
    sign("launch");
    expect(AUTH_HOTKEY_PURPOSE, REFUSAL_NONE);
    ck_assert_str_eq(exchange.caller.hotkey, hotkey);
    ck_assert(exchange.caller.signature_used);
    sign("instances");
    expect(AUTH_HOTKEY_PURPOSE, REFUSAL_BAD_SIGNATURE);
    ck_assert_ptr_null(exchange.caller.hotkey);
    ck_assert(!exchange.caller.signature_used);
    endpoint.purpose = "instances";
    expect(AUTH_HOTKEY_PURPOSE, REFUSAL_NONE);
}
END_TEST

START_TEST(a_hotkey_signs_the_body_that_came)
{
    char tail[65];

    hotkey_body_tail(tail, body, sizeof(body) - 1);
    sign(tail);
    expect(AUTH_HOTKEY_BODY, REFUSAL_NONE);
    request.body_length--;
    expect(AUTH_HOTKEY_BODY, REFUSAL_BAD_SIGNATURE);
    sign("launch");
    expect(AUTH_HOTKEY_BODY, REFUSAL_BAD_SIGNATURE);
}
END_TEST

START_TEST(without_credentials_nobody_is_asking)
{
    environment[0] = NULL;
    expect(AUTH_HOTKEY_PURPOSE, REFUSAL_NO_CREDENTIAL);
    expect(AUTH_HOTKEY_BODY, REFUSAL_NO_CREDENTIAL);
    expect(AUTH_LAUNCH_TOKEN, REFUSAL_NO_CREDENTIAL);
    sign("launch");
    environment[1] = NULL; /* a hotkey without a signature */
    expect(AUTH_HOTKEY_PURPOSE, REFUSAL_INCOMPLETE_SIGNATURE);
    ck_assert_ptr_null(exchange.caller.hotkey);
}
END_TEST

static const char *const doubled[] = { "HTTP_X_CHUTES_HOTKEY=x", "HTTP_X_CHUTES_NONCE=1",
                                       "HTTP_X_CHUTES_SIGNATURE=x" };

START_TEST(a_header_that_stands_twice_is_refused)
{
    sign("launch");
    environment[3] = (char *)doubled[_i];
    environment[4] = NULL;
    expect(AUTH_HOTKEY_PURPOSE, REFUSAL_DUPLICATE_CREDENTIAL);
    environment[0] = environment[1] = "HTTP_AUTHORIZATION=x";
    environment[2] = NULL;
    expect(AUTH_HOTKEY_PURPOSE, REFUSAL_DUPLICATE_CREDENTIAL);
    expect(AUTH_LAUNCH_TOKEN, REFUSAL_DUPLICATE_CREDENTIAL);
}
END_TEST

START_TEST(a_launch_token_is_good_for_its_own_config)
{
    bear(CONFIG_ID);
    expect(AUTH_LAUNCH_TOKEN, REFUSAL_NONE);
    ck_assert_ptr_null(exchange.caller.hotkey);
    exchange.path[0] = "11111111-1111-4111-8111-111111111111";
    expect(AUTH_LAUNCH_TOKEN, REFUSAL_BAD_TOKEN);
}
END_TEST

START_TEST(a_signature_is_no_launch_token)
{
    sign("launch");
    expect(AUTH_LAUNCH_TOKEN, REFUSAL_NO_CREDENTIAL);
}
END_TEST

static const struct {
    const char *client, *allowed;
    enum refusal expected;
} watchers[] = {
    { "10.1.2.3", "10.0.0.0/8", REFUSAL_NONE },
    { "11.1.2.3", "10.0.0.0/8", REFUSAL_FORBIDDEN },
    { "10.1.2.3", "", REFUSAL_FORBIDDEN },
    { "::1", "10.0.0.0/8, ::1", REFUSAL_NONE },
    { "not an address", "0.0.0.0/0", REFUSAL_FORBIDDEN },
    { "", "unix", REFUSAL_NONE },
    { "", "0.0.0.0/0", REFUSAL_FORBIDDEN },
};

START_TEST(only_the_configured_networks_watch)
{
    request.client = watchers[_i].client;
    config.server.metrics_allow = (char *)watchers[_i].allowed;
    expect(AUTH_MONITORING, watchers[_i].expected);
}
END_TEST

Suite *authenticate_suite(void)
{
    Suite *suite = suite_create("auth/authenticate");
    TCase *tests = tcase_create("authenticate");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_an_endpoint_does_not_say_is_denied);
    tcase_add_test(tests, some_endpoints_are_for_anybody);
    tcase_add_test(tests, a_hotkey_signs_the_purpose);
    tcase_add_test(tests, a_hotkey_signs_the_body_that_came);
    tcase_add_test(tests, without_credentials_nobody_is_asking);
    tcase_add_loop_test(tests, a_header_that_stands_twice_is_refused, 0, COUNT(doubled));
    tcase_add_test(tests, a_launch_token_is_good_for_its_own_config);
    tcase_add_test(tests, a_signature_is_no_launch_token);
    tcase_add_loop_test(tests, only_the_configured_networks_watch, 0, COUNT(watchers));
    suite_add_tcase(suite, tests);
    return suite;
}
