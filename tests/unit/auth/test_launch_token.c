/* auth/launch_token: the tokens of other implementations are judged right, ours have the same bytes, and a
 * token without what a pod needs is none. */
#include "auth/launch_token.h"

#include "auth/jwt.h"
#include "check/vectors.h"
#include "core/encode.h"

#include <check.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define NOW_S        1764000000
#define CONFIG_ID    "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"
#define URL          "https://api.example.org/instances/launch_config/" CONFIG_ID
#define LIFETIME_S   7200
#define ENV_KEY      "00112233445566778899aabbccddeeff"
#define COMMON       "\"iss\":\"chutes\",\"iat\":1764000000,\"exp\":1764007200,\"sub\":\"" CONFIG_ID "\""

Suite *launch_token_suite(void);

static struct arena *arena;
static struct config config; /* with a secret */

static void set_up(void)
{
    static const char text[] = "a secret of this test alone";

    arena = arena_create((size_t)1 << 20);
    ck_assert(secret_set(&config.launch.launch_secret, text, sizeof(text) - 1));
}

static void tear_down(void)
{
    secret_clear(&config.launch.launch_secret);
    arena_free(arena);
}

static enum refusal verify(const char *header, struct launch_token *token)
{
    return launch_token_verify(arena, &config, header, CONFIG_ID, NOW_S, token);
}

static char *sign_text(const char *claims)
{
    char *token = launch_token_sign_claims(arena, &config, json_tokener_parse(claims));

    ck_assert_ptr_nonnull(token);
    return token;
}

/* What a vector's token carries, read without the code under test. It lives as long as the test. */
static json_object *read_payload(const char *token)
{
    const char *begin = strchr(token, '.'), *end = strrchr(token, '.');
    size_t length = 0;
    unsigned char *text;
    json_object *payload;

    ck_assert(begin != NULL && end > begin);
    text = base64url_decode(arena, begin + 1, (size_t)(end - begin - 1), &length);
    ck_assert_ptr_nonnull(text);
    payload = json_tokener_parse(arena_strndup(arena, (const char *)text, length));
    ck_assert(json_object_is_type(payload, json_type_object));
    return payload;
}

static bool is_valid(json_object *vector)
{
    json_object *valid = vectors_member(vector, "valid");

    return json_object_is_type(valid, json_type_boolean) && json_object_get_boolean(valid);
}

/* Verifies a vector's token with the set's secret, at the vector's time. */
static enum refusal verify_vector(json_object *root, json_object *vector, const char *header,
                                  struct launch_token *token)
{
    const char *text = vectors_text(root, "secret");
    struct config of_set = { 0 };
    enum refusal status;

    ck_assert(secret_set(&of_set.launch.launch_secret, text, strlen(text)));
    status = launch_token_verify(arena, &of_set, header, vectors_text(vector, "config_id"),
                                 json_object_get_int64(vectors_member(vector, "now")), token);
    secret_clear(&of_set.launch.launch_secret);
    return status;
}

static void assert_carries(const struct launch_token *token, json_object *payload)
{
    ck_assert_str_eq(token->config_id, vectors_text(payload, "sub"));
    ck_assert_str_eq(token->url, vectors_text(payload, "url"));
    ck_assert_str_eq(token->env_key, vectors_text(payload, "env_key"));
    ck_assert_int_eq(token->issued_at_s, json_object_get_int64(vectors_member(payload, "iat")));
    ck_assert_pstr_eq(token->job_id, json_object_get_string(json_object_object_get(payload, "job_id")));
    ck_assert_int_eq(token->disk_gb, json_object_get_int64(json_object_object_get(payload, "disk_gb")));
}

/* A vector that may go both ways ("either") is refused by this implementation. */
START_TEST(tokens_of_another_implementation_are_judged_right)
{
    json_object *root = vectors_load("launch_jwt.json"), *list = vectors_list(root, "vectors");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);
        const char *header = vectors_text(vector, "token"), *note = vectors_text(vector, "note");
        struct launch_token token;
        enum refusal status = verify_vector(root, vector, header, &token);

        if (is_valid(vector)) {
            json_object *payload = read_payload(header);

            ck_assert_msg(status == REFUSAL_NONE, "%s", note);
            assert_carries(&token, payload);
            json_object_put(payload);
        } else {
            ck_assert_msg(status == (header[0] == '\0' ? REFUSAL_NO_CREDENTIAL : REFUSAL_BAD_TOKEN), "%s",
                          note);
        }
    }
    json_object_put(root);
}
END_TEST

START_TEST(a_token_with_padding_added_is_refused)
{
    json_object *root = vectors_load("launch_jwt.json"), *list = vectors_list(root, "vectors");
    int found = 0;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);
        struct launch_token token;
        char *padded;

        if (!is_valid(vector))
            continue;
        padded = arena_printf(arena, "%s=", vectors_text(vector, "token"));
        ck_assert_int_eq(verify_vector(root, vector, padded, &token), REFUSAL_BAD_TOKEN);
        found++;
    }
    ck_assert_int_gt(found, 0);
    json_object_put(root);
}
END_TEST

START_TEST(a_token_whose_exp_is_text_is_refused)
{
    struct launch_token token;
    char *text =
        sign_text("{\"iss\":\"chutes\",\"iat\":1764000000,\"exp\":\"1764007200\",\"sub\":\"" CONFIG_ID
                  "\",\"url\":\"u\",\"env_key\":\"" ENV_KEY "\"}");

    ck_assert_int_eq(verify(text, &token), REFUSAL_BAD_TOKEN);
}
END_TEST

/* Signs with the set's secret what the vector's token carries. */
static char *sign_again(json_object *root, json_object *payload)
{
    const char *text = vectors_text(root, "secret");
    const struct launch_token token = {
        .config_id = vectors_text(payload, "sub"),
        .env_key = vectors_text(payload, "env_key"),
        .url = vectors_text(payload, "url"),
        .job_id = json_object_get_string(json_object_object_get(payload, "job_id")),
        .disk_gb = json_object_get_int64(json_object_object_get(payload, "disk_gb")),
        .issued_at_s = json_object_get_int64(vectors_member(payload, "iat")),
        .expires_at_s = json_object_get_int64(vectors_member(payload, "exp")),
    };
    struct config of_set = { 0 };
    char *signed_again;

    ck_assert(secret_set(&of_set.launch.launch_secret, text, strlen(text)));
    signed_again = launch_token_sign(arena, &of_set, &token);
    secret_clear(&of_set.launch.launch_secret);
    return signed_again;
}

START_TEST(our_tokens_have_the_bytes_of_another_implementation)
{
    json_object *root = vectors_load("launch_jwt.json"), *list = vectors_list(root, "vectors");
    int plain = 0, of_job = 0;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i), *payload;

        if (!is_valid(vector))
            continue;
        payload = read_payload(vectors_text(vector, "token"));
        ck_assert_pstr_eq(sign_again(root, payload), vectors_text(vector, "token"));
        (json_object_object_get_ex(payload, "job_id", NULL) ? of_job++ : plain++);
        json_object_put(payload);
    }
    ck_assert_int_gt(plain, 0);
    ck_assert_int_gt(of_job, 0);
    json_object_put(root);
}
END_TEST

START_TEST(a_token_without_a_job_says_nothing_of_its_disk)
{
    struct launch_token token = {
        .config_id = CONFIG_ID, .env_key = ENV_KEY, .url = URL, .disk_gb = 20, .issued_at_s = NOW_S
    };
    json_object *payload = read_payload(launch_token_sign(arena, &config, &token));

    ck_assert(!json_object_object_get_ex(payload, "disk_gb", NULL));
    json_object_put(payload);
}
END_TEST

START_TEST(what_was_signed_comes_back)
{
    const struct launch_token given = { .config_id = CONFIG_ID,
                                        .env_key = ENV_KEY,
                                        .url = "u\"/ü",
                                        .job_id = "job \\",
                                        .issued_at_s = NOW_S - 9,
                                        .expires_at_s = NOW_S + 99 };
    struct launch_token found;

    ck_assert_int_eq(verify(launch_token_sign(arena, &config, &given), &found), REFUSAL_NONE);
    ck_assert_str_eq(found.config_id, given.config_id);
    ck_assert_str_eq(found.env_key, given.env_key);
    ck_assert_str_eq(found.url, given.url);
    ck_assert_str_eq(found.job_id, given.job_id);
    ck_assert_int_eq(found.disk_gb, 0);
    ck_assert_int_eq(found.issued_at_s, given.issued_at_s);
    ck_assert_int_eq(found.expires_at_s, given.expires_at_s);
}
END_TEST

START_TEST(a_token_lasts_until_it_expires)
{
    struct launch_token given = { .config_id = CONFIG_ID, .env_key = ENV_KEY, .url = URL }, found;
    char *token;

    given.issued_at_s = NOW_S - LIFETIME_S + 1;
    given.expires_at_s = NOW_S + 1;
    token = launch_token_sign(arena, &config, &given);
    ck_assert_int_eq(verify(token, &found), REFUSAL_NONE);
    given.issued_at_s = NOW_S - LIFETIME_S;
    given.expires_at_s = NOW_S;
    token = launch_token_sign(arena, &config, &given);
    ck_assert_int_eq(verify(token, &found), REFUSAL_BAD_TOKEN);
}
END_TEST

START_TEST(a_token_opens_its_own_config_only)
{
    struct launch_token given = { .config_id = CONFIG_ID,
                                  .env_key = ENV_KEY,
                                  .url = URL,
                                  .issued_at_s = NOW_S,
                                  .expires_at_s = NOW_S + LIFETIME_S };
    char *token = launch_token_sign(arena, &config, &given);
    struct launch_token found;

    ck_assert_int_eq(launch_token_verify(arena, &config, token, CONFIG_ID, NOW_S, &found), REFUSAL_NONE);
    ck_assert_int_eq(launch_token_verify(arena, &config, token, "", NOW_S, &found), REFUSAL_BAD_TOKEN);
    ck_assert_int_eq(launch_token_verify(arena, &config, token, CONFIG_ID "0", NOW_S, &found),
                     REFUSAL_BAD_TOKEN);
    ck_assert_int_eq(
        launch_token_verify(arena, &config, token, "0A1b2c3d-4e5f-4a6b-8c7d-0123456789ab", NOW_S, &found),
        REFUSAL_BAD_TOKEN);
}
END_TEST

static const struct {
    const char *before, *after;
    enum refusal expected;
} forms[] = {
    { "", "", REFUSAL_NONE },
    { "Bearer ", "", REFUSAL_NONE },
    { "bearer ", "", REFUSAL_NONE },
    { "BEARER ", "", REFUSAL_NONE },
    { "Bearer  ", "", REFUSAL_BAD_TOKEN },
    { "Bearer", "", REFUSAL_BAD_TOKEN },
    { "Bearer Bearer ", "", REFUSAL_BAD_TOKEN },
    { "Basic ", "", REFUSAL_BAD_TOKEN },
    { " ", "", REFUSAL_BAD_TOKEN },
    { "", " ", REFUSAL_BAD_TOKEN },
    { "", ", Bearer x", REFUSAL_BAD_TOKEN },
};

START_TEST(a_token_stands_bare_or_after_bearer)
{
    struct launch_token given = { .config_id = CONFIG_ID,
                                  .env_key = ENV_KEY,
                                  .url = URL,
                                  .issued_at_s = NOW_S,
                                  .expires_at_s = NOW_S + LIFETIME_S };
    char *token = launch_token_sign(arena, &config, &given);
    struct launch_token found;

    ck_assert_int_eq(verify(arena_printf(arena, "%s%s%s", forms[_i].before, token, forms[_i].after), &found),
                     forms[_i].expected);
}
END_TEST

START_TEST(no_token_is_no_credential)
{
    struct launch_token found;

    ck_assert_int_eq(verify(NULL, &found), REFUSAL_NO_CREDENTIAL);
    ck_assert_int_eq(verify("", &found), REFUSAL_NO_CREDENTIAL);
    ck_assert_int_eq(verify("Bearer ", &found), REFUSAL_BAD_TOKEN);
    ck_assert_int_eq(verify("Bearer", &found), REFUSAL_BAD_TOKEN);
}
END_TEST

#define WITH(members) "{" COMMON "," members "}"
#define COMPLETE      "\"url\":\"u\",\"env_key\":\"" ENV_KEY "\""

static const struct {
    const char *claims;
    enum refusal expected;
} claim_cases[] = {
    { WITH(COMPLETE), REFUSAL_NONE },
    { WITH(COMPLETE ",\"other\":[1]"), REFUSAL_NONE },
    { WITH("\"url\":\"u\",\"env_key\":\"00112233445566778899AABBCCDDEEFF\""), REFUSAL_NONE },
    { "{" COMMON "}", REFUSAL_BAD_TOKEN },
    { WITH("\"url\":\"u\""), REFUSAL_BAD_TOKEN },
    { WITH("\"env_key\":\"" ENV_KEY "\""), REFUSAL_BAD_TOKEN },
    { WITH("\"url\":1,\"env_key\":\"" ENV_KEY "\""), REFUSAL_BAD_TOKEN },
    { WITH("\"url\":null,\"env_key\":\"" ENV_KEY "\""), REFUSAL_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"\""), REFUSAL_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"00112233445566778899aabbccddeef\""), REFUSAL_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"" ENV_KEY "00\""), REFUSAL_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"00112233445566778899aabbccddeefg\""), REFUSAL_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":11"), REFUSAL_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\""), REFUSAL_NONE },
    { WITH(COMPLETE ",\"job_id\":null"), REFUSAL_NONE },
    { WITH(COMPLETE ",\"job_id\":1"), REFUSAL_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":null"), REFUSAL_NONE },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":0"), REFUSAL_NONE },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":-1"), REFUSAL_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":1.5"), REFUSAL_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":\"1\""), REFUSAL_BAD_TOKEN },
};

START_TEST(claims_are_judged_right)
{
    struct launch_token found;

    ck_assert_msg(verify(sign_text(claim_cases[_i].claims), &found) == claim_cases[_i].expected, "%s",
                  claim_cases[_i].claims);
}
END_TEST

START_TEST(a_job_status_token_is_no_launch_token)
{
    struct launch_token found;
    char *token = sign_text("{\"sub\":\"" CONFIG_ID "\",\"iat\":1764000000,\"iss\":\"chutes\"}");

    ck_assert_int_eq(verify(token, &found), REFUSAL_BAD_TOKEN);
}
END_TEST

START_TEST(no_claims_give_no_token)
{
    ck_assert_ptr_null(launch_token_sign_claims(arena, &config, NULL));
}
END_TEST

Suite *launch_token_suite(void)
{
    Suite *suite = suite_create("auth/launch_token");
    TCase *tests = tcase_create("launch_token");

    tcase_set_tags(tests, "vectors");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, tokens_of_another_implementation_are_judged_right);
    tcase_add_test(tests, a_token_with_padding_added_is_refused);
    tcase_add_test(tests, a_token_whose_exp_is_text_is_refused);
    tcase_add_test(tests, our_tokens_have_the_bytes_of_another_implementation);
    tcase_add_test(tests, a_token_without_a_job_says_nothing_of_its_disk);
    tcase_add_test(tests, what_was_signed_comes_back);
    tcase_add_test(tests, a_token_lasts_until_it_expires);
    tcase_add_test(tests, a_token_opens_its_own_config_only);
    tcase_add_loop_test(tests, a_token_stands_bare_or_after_bearer, 0, COUNT(forms));
    tcase_add_test(tests, no_token_is_no_credential);
    tcase_add_loop_test(tests, claims_are_judged_right, 0, COUNT(claim_cases));
    tcase_add_test(tests, a_job_status_token_is_no_launch_token);
    tcase_add_test(tests, no_claims_give_no_token);
    suite_add_tcase(suite, tests);
    return suite;
}
