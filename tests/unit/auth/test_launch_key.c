/* auth/launch_token: with launch_key tokens are signed as the Python service of a Chutes network signs. */
#include "auth/launch_token.h"

#include "core/encode.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

#define NOW_S      1764000000
#define LIFETIME_S 7200
#define CONFIG_ID  "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"
#define URL        "https://api.example.org/instances/launch_config/" CONFIG_ID
#define ENV_KEY    "00112233445566778899aabbccddeeff"
#define KEY        "0123abcd, the network's own key"

Suite *launch_key_suite(void);

static struct arena *arena;
static struct config config, of_network; /* with a launch_secret, with a launch_key */

static void set_up(void)
{
    arena = arena_create((size_t)1 << 20);
    ck_assert(secret_set(&config.launch.launch_secret, KEY, strlen(KEY)));
    ck_assert(secret_set(&of_network.launch.launch_key, KEY, strlen(KEY)));
}

static void tear_down(void)
{
    secret_clear(&config.launch.launch_secret);
    secret_clear(&of_network.launch.launch_key);
    arena_free(arena);
}

/* By hand: HMAC under the bytes of the key's text. */
static bool is_signed_with(const char *token, const char *key)
{
    const char *dot = strrchr(token, '.');
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)token, (size_t)(dot - token));
    crypto_auth_hmacsha256_final(&state, mac);
    return strcmp(dot + 1, base64url_encode(arena, mac, sizeof(mac))) == 0;
}

START_TEST(a_launch_key_signs_as_it_is_written)
{
    const struct launch_token given = { .config_id = CONFIG_ID,
                                        .env_key = ENV_KEY,
                                        .url = URL,
                                        .issued_at_s = NOW_S,
                                        .expires_at_s = NOW_S + LIFETIME_S };
    char *of_secret = launch_token_sign(arena, &config, &given), *of_key;
    struct launch_token found;

    of_key = launch_token_sign(arena, &of_network, &given);
    ck_assert(is_signed_with(of_key, KEY));
    ck_assert(is_signed_with(
        launch_token_sign_claims(arena, &of_network, json_tokener_parse("{\"sub\":\"job\"}")), KEY));
    ck_assert_int_eq(launch_token_verify(arena, &of_network, of_key, CONFIG_ID, NOW_S, &found), REFUSAL_NONE);
    ck_assert_int_eq(launch_token_verify(arena, &of_network, of_secret, CONFIG_ID, NOW_S, &found),
                     REFUSAL_BAD_TOKEN);
}
END_TEST

Suite *launch_key_suite(void)
{
    Suite *suite = suite_create("auth/launch_key");
    TCase *tests = tcase_create("launch_key");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_launch_key_signs_as_it_is_written);
    suite_add_tcase(suite, tests);
    return suite;
}
