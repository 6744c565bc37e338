/* auth/launch_token: the tokens of other implementations are judged right, ours have the same bytes, and a
 * token without what a pod needs is none. */
#include "auth/launch_token.h"

#include "auth/jwt.h"
#include "check/vectors.h"

#include <check.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define NOW_S        1764000000
#define CONFIG_ID    "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab"
#define URL          "https://api.example.org/instances/launch_config/" CONFIG_ID
#define ENV_KEY      "00112233445566778899aabbccddeeff"
#define COMMON       "\"iss\":\"chutes\",\"iat\":1764000000,\"exp\":1764007200,\"sub\":\"" CONFIG_ID "\""

Suite *launch_token_suite(void);

static struct arena *arena;
static struct secret secret;

static void set_up(void)
{
    static const char text[] = "launch-secret-visible";

    arena = arena_create((size_t)1 << 20);
    ck_assert(secret_set(&secret, text, sizeof(text) - 1));
}

static void tear_down(void)
{
    secret_clear(&secret);
    arena_free(arena);
}

static enum status verify(const char *header, struct launch_token *token)
{
    return launch_token_verify(arena, &secret, header, CONFIG_ID, NOW_S, token);
}

static char *sign_text(const char *claims)
{
    char *token = launch_token_sign_claims(arena, &secret, json_tokener_parse(claims));

    ck_assert_ptr_nonnull(token);
    return token;
}

/* Takes the vector through; "either" vectors are judged by the tests that are named after them. */
static void judge(json_object *vector)
{
    const char *header = vectors_text(vector, "token"), *note = vectors_text(vector, "note");
    struct launch_token token;
    enum status status = launch_token_verify(arena, &secret, header, vectors_text(vector, "config_id"),
                                             json_object_get_int64(vectors_member(vector, "now")), &token);

    if (json_object_is_type(vectors_member(vector, "valid"), json_type_string))
        return;
    if (vectors_flag(vector, "valid")) {
        ck_assert_msg(status == STATUS_OK, "%s", note);
        ck_assert_str_eq(token.config_id, CONFIG_ID);
        ck_assert_str_eq(token.url, URL);
        ck_assert_str_eq(token.env_key, ENV_KEY);
        ck_assert_int_eq(token.issued_at_s, NOW_S);
    } else {
        ck_assert_msg(status == (header[0] == '\0' ? STATUS_NO_CREDENTIAL : STATUS_BAD_TOKEN), "%s", note);
    }
}

START_TEST(tokens_of_another_implementation_are_judged_right)
{
    json_object *root = vectors_load("launch_jwt.json"), *list = vectors_list(root, "vectors");

    ck_assert_str_eq(vectors_text(root, "secret"), secret.text);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        judge(json_object_array_get_idx(list, i));
    json_object_put(root);
}
END_TEST

/* The vector with this note, which lives as long as root. */
static json_object *find_vector(json_object *root, const char *note)
{
    json_object *list = vectors_list(root, "vectors");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);

        if (strcmp(vectors_text(vector, "note"), note) == 0)
            return vector;
    }
    ck_abort_msg("no vector \"%s\"", note);
    return NULL;
}

static void refuse_vector(const char *note)
{
    json_object *root = vectors_load("launch_jwt.json");
    struct launch_token token;

    ck_assert_int_eq(verify(vectors_text(find_vector(root, note), "token"), &token), STATUS_BAD_TOKEN);
    json_object_put(root);
}

START_TEST(a_token_with_padding_added_is_refused)
{
    refuse_vector("padding added");
}
END_TEST

START_TEST(a_token_whose_exp_is_text_is_refused)
{
    refuse_vector("exp is text");
}
END_TEST

START_TEST(our_tokens_have_the_bytes_of_another_implementation)
{
    json_object *root = vectors_load("launch_jwt.json");
    struct launch_token token = {
        .config_id = CONFIG_ID, .env_key = ENV_KEY, .url = URL, .disk_gb = 20, .issued_at_s = NOW_S
    };
    char *plain, *job;

    plain = launch_token_sign(arena, &secret, &token); /* no job: no disk */
    token.job_id = "j";
    job = launch_token_sign(arena, &secret, &token);
    ck_assert(plain != NULL && job != NULL);
    ck_assert_str_eq(plain, vectors_text(find_vector(root, "valid"), "token"));
    ck_assert_str_eq(job, vectors_text(find_vector(root, "valid with job and disk"), "token"));
    json_object_put(root);
}
END_TEST

START_TEST(what_was_signed_comes_back)
{
    const struct launch_token given = { .config_id = CONFIG_ID,
                                        .env_key = ENV_KEY,
                                        .url = "u\"/ü",
                                        .job_id = "job \\",
                                        .issued_at_s = NOW_S - 9 };
    struct launch_token found;

    ck_assert_int_eq(verify(launch_token_sign(arena, &secret, &given), &found), STATUS_OK);
    ck_assert_str_eq(found.config_id, given.config_id);
    ck_assert_str_eq(found.env_key, given.env_key);
    ck_assert_str_eq(found.url, given.url);
    ck_assert_str_eq(found.job_id, given.job_id);
    ck_assert_int_eq(found.disk_gb, 0);
    ck_assert_int_eq(found.issued_at_s, given.issued_at_s);
}
END_TEST

START_TEST(a_token_lasts_two_hours_from_its_issue)
{
    struct launch_token given = { .config_id = CONFIG_ID, .env_key = ENV_KEY, .url = URL }, found;
    char *token;

    given.issued_at_s = NOW_S - LAUNCH_TOKEN_LIFETIME_S + 1;
    token = launch_token_sign(arena, &secret, &given);
    ck_assert_int_eq(verify(token, &found), STATUS_OK);
    given.issued_at_s = NOW_S - LAUNCH_TOKEN_LIFETIME_S;
    token = launch_token_sign(arena, &secret, &given);
    ck_assert_int_eq(verify(token, &found), STATUS_BAD_TOKEN);
}
END_TEST

START_TEST(a_token_opens_its_own_config_only)
{
    struct launch_token given = {
        .config_id = CONFIG_ID, .env_key = ENV_KEY, .url = URL, .issued_at_s = NOW_S
    };
    char *token = launch_token_sign(arena, &secret, &given);
    struct launch_token found;

    ck_assert_int_eq(launch_token_verify(arena, &secret, token, CONFIG_ID, NOW_S, &found), STATUS_OK);
    ck_assert_int_eq(launch_token_verify(arena, &secret, token, "", NOW_S, &found), STATUS_BAD_TOKEN);
    ck_assert_int_eq(launch_token_verify(arena, &secret, token, CONFIG_ID "0", NOW_S, &found),
                     STATUS_BAD_TOKEN);
    ck_assert_int_eq(
        launch_token_verify(arena, &secret, token, "0A1b2c3d-4e5f-4a6b-8c7d-0123456789ab", NOW_S, &found),
        STATUS_BAD_TOKEN);
}
END_TEST

static const struct {
    const char *before, *after;
    enum status expected;
} forms[] = {
    { "", "", STATUS_OK },
    { "Bearer ", "", STATUS_OK },
    { "bearer ", "", STATUS_OK },
    { "BEARER ", "", STATUS_OK },
    { "Bearer  ", "", STATUS_BAD_TOKEN },
    { "Bearer", "", STATUS_BAD_TOKEN },
    { "Bearer Bearer ", "", STATUS_BAD_TOKEN },
    { "Basic ", "", STATUS_BAD_TOKEN },
    { " ", "", STATUS_BAD_TOKEN },
    { "", " ", STATUS_BAD_TOKEN },
    { "", ", Bearer x", STATUS_BAD_TOKEN },
};

START_TEST(a_token_stands_bare_or_after_bearer)
{
    struct launch_token given = {
        .config_id = CONFIG_ID, .env_key = ENV_KEY, .url = URL, .issued_at_s = NOW_S
    };
    char *token = launch_token_sign(arena, &secret, &given);
    struct launch_token found;

    ck_assert_int_eq(verify(arena_printf(arena, "%s%s%s", forms[_i].before, token, forms[_i].after), &found),
                     forms[_i].expected);
}
END_TEST

START_TEST(no_token_is_no_credential)
{
    struct launch_token found;

    ck_assert_int_eq(verify(NULL, &found), STATUS_NO_CREDENTIAL);
    ck_assert_int_eq(verify("", &found), STATUS_NO_CREDENTIAL);
    ck_assert_int_eq(verify("Bearer ", &found), STATUS_BAD_TOKEN);
    ck_assert_int_eq(verify("Bearer", &found), STATUS_BAD_TOKEN);
}
END_TEST

#define WITH(members) "{" COMMON "," members "}"
#define COMPLETE      "\"url\":\"u\",\"env_key\":\"" ENV_KEY "\""

static const struct {
    const char *claims;
    enum status expected;
} claim_cases[] = {
    { WITH(COMPLETE), STATUS_OK },
    { WITH(COMPLETE ",\"other\":[1]"), STATUS_OK },
    { WITH("\"url\":\"u\",\"env_key\":\"00112233445566778899AABBCCDDEEFF\""), STATUS_OK },
    { "{" COMMON "}", STATUS_BAD_TOKEN },
    { WITH("\"url\":\"u\""), STATUS_BAD_TOKEN },
    { WITH("\"env_key\":\"" ENV_KEY "\""), STATUS_BAD_TOKEN },
    { WITH("\"url\":1,\"env_key\":\"" ENV_KEY "\""), STATUS_BAD_TOKEN },
    { WITH("\"url\":null,\"env_key\":\"" ENV_KEY "\""), STATUS_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"\""), STATUS_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"00112233445566778899aabbccddeef\""), STATUS_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"" ENV_KEY "00\""), STATUS_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":\"00112233445566778899aabbccddeefg\""), STATUS_BAD_TOKEN },
    { WITH("\"url\":\"u\",\"env_key\":11"), STATUS_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\""), STATUS_OK },
    { WITH(COMPLETE ",\"job_id\":null"), STATUS_OK },
    { WITH(COMPLETE ",\"job_id\":1"), STATUS_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":null"), STATUS_OK },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":0"), STATUS_OK },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":-1"), STATUS_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":1.5"), STATUS_BAD_TOKEN },
    { WITH(COMPLETE ",\"job_id\":\"j\",\"disk_gb\":\"1\""), STATUS_BAD_TOKEN },
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

    ck_assert_int_eq(verify(token, &found), STATUS_BAD_TOKEN);
}
END_TEST

START_TEST(no_claims_give_no_token)
{
    ck_assert_ptr_null(launch_token_sign_claims(arena, &secret, NULL));
}
END_TEST

Suite *launch_token_suite(void)
{
    Suite *suite = suite_create("auth/launch_token");
    TCase *tests = tcase_create("launch_token");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, tokens_of_another_implementation_are_judged_right);
    tcase_add_test(tests, a_token_with_padding_added_is_refused);
    tcase_add_test(tests, a_token_whose_exp_is_text_is_refused);
    tcase_add_test(tests, our_tokens_have_the_bytes_of_another_implementation);
    tcase_add_test(tests, what_was_signed_comes_back);
    tcase_add_test(tests, a_token_lasts_two_hours_from_its_issue);
    tcase_add_test(tests, a_token_opens_its_own_config_only);
    tcase_add_loop_test(tests, a_token_stands_bare_or_after_bearer, 0, COUNT(forms));
    tcase_add_test(tests, no_token_is_no_credential);
    tcase_add_loop_test(tests, claims_are_judged_right, 0, COUNT(claim_cases));
    tcase_add_test(tests, a_job_status_token_is_no_launch_token);
    tcase_add_test(tests, no_claims_give_no_token);
    suite_add_tcase(suite, tests);
    return suite;
}
