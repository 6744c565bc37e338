/* auth/jwt: tokens come back as they were signed; any other form, algorithm, key or time is refused. */
#include "auth/jwt.h"

#include "core/encode.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define NOW_S        1764000000
#define HEADER       "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define CLAIMS       "{\"iss\":\"us\",\"iat\":1764000000,\"exp\":1764000060}"

Suite *jwt_suite(void);

static const char key_text[] = "a key of the test";
static const struct jwt_key key = { key_text, sizeof(key_text) - 1 };
static const struct jwt_rules ending = { .issuer = "us", .now_s = NOW_S };
static const struct jwt_rules unending = { .issuer = "us", .now_s = NOW_S, .unending = true };
static struct arena *arena;

static void open_arena(void)
{
    arena = arena_create((size_t)1 << 20);
}

static void close_arena(void)
{
    arena_free(arena);
}

/* Signs any header and payload, right or wrong. */
static char *forge(const char *header, const char *payload, size_t payload_length)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    char *part = arena_printf(arena, "%s.%s", base64url_encode(arena, header, strlen(header)),
                              base64url_encode(arena, payload, payload_length));

    crypto_auth_hmacsha256_init(&state, key.bytes, key.length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)part, strlen(part));
    crypto_auth_hmacsha256_final(&state, mac);
    return arena_printf(arena, "%s.%s", part, base64url_encode(arena, mac, sizeof(mac)));
}

static bool accepted(const char *token)
{
    return jwt_verify(arena, &key, &ending, token) != NULL;
}

START_TEST(what_was_signed_comes_back)
{
    json_object *claims = json_tokener_parse("{\"iss\":\"us\",\"iat\":1764000000,\"exp\":1764000060,"
                                             "\"sub\":\"a/b \\\"ü\\\"\"}");
    char *token = jwt_sign(arena, &key, claims);
    json_object *found;
    int64_t seconds;

    json_object_put(claims);
    ck_assert_ptr_nonnull(token);
    found = jwt_verify(arena, &key, &ending, token);
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(jwt_text(found, "sub"), "a/b \"ü\"");
    ck_assert(jwt_date(found, "exp", &seconds));
    ck_assert_int_eq(seconds, NOW_S + 60);
    ck_assert_ptr_null(jwt_text(found, "exp"));
    ck_assert_ptr_null(jwt_text(found, "nothing"));
    ck_assert(!jwt_date(found, "sub", &seconds));
    ck_assert(!jwt_date(found, "nothing", &seconds));
}
END_TEST

START_TEST(our_tokens_have_the_bytes_that_other_implementations_give)
{
    json_object *claims = json_tokener_parse("{\"sub\":\"1\",\"iat\":2,\"iss\":\"chutes\"}");
    static const char head[] = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
                               "eyJzdWIiOiIxIiwiaWF0IjoyLCJpc3MiOiJjaHV0ZXMifQ.";
    char *token = jwt_sign(arena, &key, claims);

    json_object_put(claims);
    ck_assert_ptr_nonnull(token);
    ck_assert_int_eq(strncmp(token, head, sizeof(head) - 1), 0);
    ck_assert_uint_eq(strlen(token), sizeof(head) - 1 + 43);
}
END_TEST

static const struct {
    const char *what, *claims;
    bool ending, unending; /* whether it is accepted under these rules */
} claim_cases[] = {
    { "complete", CLAIMS, true, true },
    { "no exp", "{\"iss\":\"us\",\"iat\":1764000000}", false, true },
    { "exp null", "{\"iss\":\"us\",\"iat\":1764000000,\"exp\":null}", false, false },
    { "exp now", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000000}", false, false },
    { "exp in a second", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000001}", true, true },
    { "exp with a fraction", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000001.5}", true, true },
    { "exp in this second", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000000.5}", false, false },
    { "exp with an exponent", "{\"iss\":\"us\",\"iat\":1,\"exp\":1.8e9}", true, true },
    { "exp is 2^53", "{\"iss\":\"us\",\"iat\":1,\"exp\":9007199254740992}", true, true },
    { "exp is over 2^53", "{\"iss\":\"us\",\"iat\":1,\"exp\":9007199254740994}", false, false },
    { "exp is huge", "{\"iss\":\"us\",\"iat\":1,\"exp\":1e300}", false, false },
    { "exp overflows", "{\"iss\":\"us\",\"iat\":1,\"exp\":1e999}", false, false },
    { "exp is a huge integer", "{\"iss\":\"us\",\"iat\":1,\"exp\":18446744073709551615}", false, false },
    { "exp is a longer integer", "{\"iss\":\"us\",\"iat\":1,\"exp\":99999999999999999999}", false, false },
    { "exp is negative", "{\"iss\":\"us\",\"iat\":1,\"exp\":-1}", false, false },
    { "exp is text", "{\"iss\":\"us\",\"iat\":1,\"exp\":\"1764000060\"}", false, false },
    { "exp is true", "{\"iss\":\"us\",\"iat\":1,\"exp\":true}", false, false },
    { "exp is a list", "{\"iss\":\"us\",\"iat\":1,\"exp\":[1764000060]}", false, false },
    { "exp is NaN", "{\"iss\":\"us\",\"iat\":1,\"exp\":NaN}", false, false },
    { "exp is infinite", "{\"iss\":\"us\",\"iat\":1,\"exp\":Infinity}", false, false },
    { "no iat", "{\"iss\":\"us\",\"exp\":1764000060}", false, false },
    { "iat null", "{\"iss\":\"us\",\"iat\":null,\"exp\":1764000060}", false, false },
    { "iat text", "{\"iss\":\"us\",\"iat\":\"1\",\"exp\":1764000060}", false, false },
    { "iat is negative", "{\"iss\":\"us\",\"iat\":-1,\"exp\":1764000060}", false, false },
    { "iat in a second", "{\"iss\":\"us\",\"iat\":1764000001,\"exp\":1764000060}", false, false },
    { "no iss", "{\"iat\":1,\"exp\":1764000060}", false, false },
    { "another iss", "{\"iss\":\"them\",\"iat\":1,\"exp\":1764000060}", false, false },
    { "iss in capitals", "{\"iss\":\"US\",\"iat\":1,\"exp\":1764000060}", false, false },
    { "iss is longer", "{\"iss\":\"us \",\"iat\":1,\"exp\":1764000060}", false, false },
    { "iss is a list", "{\"iss\":[\"us\"],\"iat\":1,\"exp\":1764000060}", false, false },
    { "nbf now", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000060,\"nbf\":1764000000}", true, true },
    { "nbf in a second", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000060,\"nbf\":1764000001}", false, false },
    { "nbf text", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000060,\"nbf\":\"1\"}", false, false },
    { "nbf null", "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000060,\"nbf\":null}", false, false },
    { "a list", "[1]", false, false },
    { "a text", "\"us\"", false, false },
    { "null", "null", false, false },
    { "nothing", "", false, false },
    { "cut", "{\"iss\":\"us\"", false, false },
    { "something behind", CLAIMS "x", false, false },
};

START_TEST(claims_are_judged_right)
{
    const char *claims = claim_cases[_i].claims;
    char *token = forge(HEADER, claims, strlen(claims));

    ck_assert_msg((jwt_verify(arena, &key, &ending, token) != NULL) == claim_cases[_i].ending, "%s",
                  claim_cases[_i].what);
    ck_assert_msg((jwt_verify(arena, &key, &unending, token) != NULL) == claim_cases[_i].unending,
                  "%s, unending", claim_cases[_i].what);
}
END_TEST

static const struct {
    const char *header;
    bool good;
} headers[] = {
    { HEADER, true },
    { "{\"typ\":\"JWT\",\"alg\":\"HS256\"}", true },
    { "{\"alg\":\"HS256\"}", true },
    { "{\"alg\":\"HS256\",\"kid\":\"x\"}", true },
    { "{\"alg\":\"none\"}", false },
    { "{\"alg\":\"hs256\"}", false },
    { "{\"alg\":\"HS256 \"}", false },
    { "{\"alg\":\"HS384\"}", false },
    { "{\"alg\":\"HS512\"}", false },
    { "{\"alg\":\"RS256\"}", false },
    { "{\"alg\":\"\"}", false },
    { "{\"alg\":null}", false },
    { "{\"alg\":256}", false },
    { "{\"alg\":[\"HS256\"]}", false },
    { "{\"typ\":\"JWT\"}", false },
    { "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", false },
    { "{\"alg\":\"HS256\",\"crit\":[]}", false },
    { "{\"alg\":\"HS256\",\"crit\":null}", false },
    { "[\"HS256\"]", false },
    { "\"HS256\"", false },
    { "{", false },
    { "", false },
};

START_TEST(the_algorithm_is_pinned_and_crit_is_refused)
{
    char *token = forge(headers[_i].header, CLAIMS, sizeof(CLAIMS) - 1);

    ck_assert_msg(accepted(token) == headers[_i].good, "%s", headers[_i].header);
}
END_TEST

static char *good_token(void)
{
    return forge(HEADER, CLAIMS, sizeof(CLAIMS) - 1);
}

START_TEST(no_character_of_a_token_can_be_changed)
{
    char *token = good_token();

    ck_assert(accepted(token));
    for (char *character = token; *character != '\0'; character++) {
        char kept = *character;

        *character = kept == 'A' ? 'B' : 'A';
        ck_assert_msg(!accepted(token), "at %td", character - token);
        /* The bits that base64 leaves over would otherwise give a token several spellings. */
        *character = (char)(kept + 1);
        ck_assert_msg(!accepted(token), "at %td", character - token);
        *character = kept;
    }
    ck_assert(accepted(token));
}
END_TEST

START_TEST(padding_line_ends_and_standard_base64_are_refused)
{
    static const char *const after[] = { "=", "==", " ", "\n", "\r\n", ".", "A", "\t" };
    char *token = good_token();

    for (int i = 0; i < COUNT(after); i++)
        ck_assert_msg(!accepted(arena_printf(arena, "%s%s", token, after[i])), "%d behind", i);
    ck_assert(!accepted(arena_printf(arena, " %s", token)));
    ck_assert(!accepted(arena_printf(arena, ".%s", token)));

    /* A MAC with "-" or "_" in it, spelled with "+" and "/". */
    for (int i = 0; i < 64; i++) {
        char *claims = arena_printf(arena, "{\"iss\":\"us\",\"iat\":1,\"exp\":1764000060,\"n\":%d}", i), *mac,
             *mark;

        token = forge(HEADER, claims, strlen(claims));
        mac = strrchr(token, '.') + 1;
        mark = strpbrk(mac, "-_");
        if (mark == NULL)
            continue;
        ck_assert(accepted(token));
        *mark = *mark == '-' ? '+' : '/';
        ck_assert(!accepted(token));
        return;
    }
    ck_abort_msg("no MAC with - or _");
}
END_TEST

START_TEST(a_token_has_three_parts)
{
    char *token = good_token(), *first = strchr(token, '.'), *last = strrchr(token, '.');
    int head = (int)(first - token), body = (int)(last - first - 1);

    ck_assert(!accepted(""));
    ck_assert(!accepted("."));
    ck_assert(!accepted(".."));
    ck_assert(!accepted("..."));
    ck_assert(!accepted(arena_strndup(arena, token, (size_t)head)));
    ck_assert(!accepted(arena_strndup(arena, token, (size_t)(last - token))));
    ck_assert(!accepted(arena_strndup(arena, token, (size_t)(last - token) + 1)));
    ck_assert(!accepted(arena_printf(arena, "%.*s..%s", head, token, last + 1)));
    ck_assert(!accepted(arena_printf(arena, "%.*s..%.*s.%s", head, token, body, first + 1, last + 1)));
}
END_TEST

START_TEST(another_key_is_refused)
{
    static const char other[] = "a key of the tesT";
    const struct jwt_key wrong = { other, sizeof(other) - 1 }, shorter = { key_text, sizeof(key_text) - 2 };
    char *token = good_token();

    ck_assert_ptr_null(jwt_verify(arena, &wrong, &ending, token));
    ck_assert_ptr_null(jwt_verify(arena, &shorter, &ending, token));
    ck_assert_ptr_nonnull(jwt_verify(arena, &key, &ending, token));
}
END_TEST

START_TEST(a_token_over_the_limit_is_refused)
{
    const size_t payload = (JWT_MAX_BYTES - strlen("..") - 36 - 43) * 3 / 4; /* beside header and MAC */
    char *claims = arena_alloc(arena, payload + 1), *longest, *longer;

    memset(claims, ' ', payload + 1);
    memcpy(claims, CLAIMS, sizeof(CLAIMS) - 1);
    longest = forge(HEADER, claims, payload);
    longer = forge(HEADER, claims, payload + 1);
    ck_assert_uint_eq(strlen(longest), JWT_MAX_BYTES);
    ck_assert_uint_eq(strlen(longer), JWT_MAX_BYTES + 1);
    ck_assert(accepted(longest));
    ck_assert(!accepted(longer));
}
END_TEST

Suite *jwt_suite(void)
{
    Suite *suite = suite_create("auth/jwt");
    TCase *tests = tcase_create("jwt");

    tcase_add_checked_fixture(tests, open_arena, close_arena);
    tcase_add_test(tests, what_was_signed_comes_back);
    tcase_add_test(tests, our_tokens_have_the_bytes_that_other_implementations_give);
    tcase_add_loop_test(tests, claims_are_judged_right, 0, COUNT(claim_cases));
    tcase_add_loop_test(tests, the_algorithm_is_pinned_and_crit_is_refused, 0, COUNT(headers));
    tcase_add_test(tests, no_character_of_a_token_can_be_changed);
    tcase_add_test(tests, padding_line_ends_and_standard_base64_are_refused);
    tcase_add_test(tests, a_token_has_three_parts);
    tcase_add_test(tests, another_key_is_refused);
    tcase_add_test(tests, a_token_over_the_limit_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
