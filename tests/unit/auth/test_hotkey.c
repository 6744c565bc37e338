/* auth/hotkey: whole signed requests of a miner, and every way in which the three headers can be wrong. */
#include "auth/hotkey.h"

#include "check/vectors.h"
#include "core/encode.h"
#include "crypto/sr25519.h"
#include "crypto/ss58.h"

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define NOW_S        1764000000

Suite *hotkey_suite(void);

static const unsigned char seed[SR25519_SEED_BYTES] = { 1, 2, 3 };

struct request {
    char hotkey[SS58_TEXT_BYTES], signature[2 * SR25519_SIGNATURE_BYTES + 1];
    struct hotkey_headers headers;
};

/* Signs before, `{hotkey}:{nonce}:{tail}` and after, as one text. */
static void sign_around(struct request *request, uint16_t prefix, const char *nonce, const char *tail,
                        const char *before, const char *after)
{
    unsigned char public_key[SR25519_PUBLIC_KEY_BYTES], signature[SR25519_SIGNATURE_BYTES];
    char text[256];
    int length;

    ck_assert(sr25519_public_key(public_key, seed) && ss58_encode(request->hotkey, prefix, public_key));
    length = snprintf(text, sizeof(text), "%s%s:%s:%s%s", before, request->hotkey, nonce, tail, after);
    ck_assert(length > 0 && (size_t)length < sizeof(text));
    ck_assert(sr25519_sign(signature, text, (size_t)length, seed));
    hex_encode(request->signature, signature, sizeof(signature));
    request->headers = (struct hotkey_headers){ request->hotkey, nonce, request->signature };
}

static void sign(struct request *request, const char *nonce, const char *tail)
{
    sign_around(request, SS58_PREFIX_HOTKEY, nonce, tail, "", "");
}

static enum refusal verify(const struct request *request, const char *tail)
{
    unsigned char hash[SIGNATURE_HASH_BYTES];

    return hotkey_verify(&request->headers, tail, NOW_S, false, hash);
}

/* What a route has signed behind hotkey and nonce. */
static void find_tail(char tail[65], json_object *vector)
{
    const char *method = vectors_text(vector, "method"), *body = vectors_text(vector, "body");

    if (strcmp(method, "POST") == 0 || strcmp(method, "PATCH") == 0)
        hotkey_body_tail(tail, body, strlen(body));
    else
        ck_assert_int_lt(snprintf(tail, 65, "%s", strcmp(method, "DELETE") == 0 ? "instances" : "launch"),
                         65);
}

START_TEST(whole_requests_are_judged_right)
{
    json_object *root = vectors_load("hotkey_requests.json"), *list = vectors_list(root, "vectors");
    unsigned char hash[SIGNATURE_HASH_BYTES];
    char tail[65];

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i),
                    *headers = vectors_member(vector, "headers");
        const struct hotkey_headers given = {
            .hotkey = json_object_get_string(json_object_object_get(headers, "X-Chutes-Hotkey")),
            .nonce = json_object_get_string(json_object_object_get(headers, "X-Chutes-Nonce")),
            .signature = json_object_get_string(json_object_object_get(headers, "X-Chutes-Signature")),
        };
        int64_t now_s = json_object_get_int64(vectors_member(vector, "now"));
        bool accepted;

        find_tail(tail, vector);
        accepted = hotkey_verify(&given, tail, now_s, false, hash) == REFUSAL_NONE;
        ck_assert_msg(accepted == vectors_flag(vector, "ok"), "vector %zu: %s", i,
                      vectors_text(vector, "note"));
    }
    json_object_put(root);
}
END_TEST

START_TEST(all_three_headers_or_none)
{
    for (unsigned int given = 0; given < 7; given++) {
        struct request request;

        sign(&request, "1764000000", "launch");
        if ((given & 1) == 0)
            request.headers.hotkey = NULL;
        if ((given & 2) == 0)
            request.headers.nonce = NULL;
        if ((given & 4) == 0)
            request.headers.signature = NULL;
        ck_assert_int_eq(verify(&request, "launch"),
                         given == 0 ? REFUSAL_NO_CREDENTIAL : REFUSAL_INCOMPLETE_SIGNATURE);
    }
}
END_TEST

static const struct {
    const char *nonce;
    enum refusal expected;
} nonces[] = {
    { "1764000000", REFUSAL_NONE },
    { "001764000000", REFUSAL_NONE },
    { "1763999401", REFUSAL_NONE },
    { "1764000599", REFUSAL_NONE },
    { "1763999400", REFUSAL_BAD_NONCE },
    { "1764000600", REFUSAL_BAD_NONCE },
    { "0", REFUSAL_BAD_NONCE },
    { "999999999999", REFUSAL_BAD_NONCE },
    { "0001764000000", REFUSAL_BAD_NONCE },
    { "", REFUSAL_BAD_NONCE },
    { "1764000000 ", REFUSAL_BAD_NONCE },
    { "1764000000\n", REFUSAL_BAD_NONCE },
    { "-1764000000", REFUSAL_BAD_NONCE },
    { "17640000O0", REFUSAL_BAD_NONCE },
    { "18446744075473551616", REFUSAL_BAD_NONCE },
};

START_TEST(a_nonce_is_a_recent_time_in_plain_digits)
{
    struct request request;

    sign(&request, nonces[_i].nonce, "launch");
    ck_assert_msg(verify(&request, "launch") == nonces[_i].expected, "nonce \"%s\"", nonces[_i].nonce);
}
END_TEST

START_TEST(no_nonce_is_not_the_nonce_zero)
{
    unsigned char hash[SIGNATURE_HASH_BYTES];
    struct request request;

    sign(&request, "", "launch");
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", 0, false, hash), REFUSAL_BAD_NONCE);
    sign(&request, "0", "launch");
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", 0, false, hash), REFUSAL_NONE);
}
END_TEST

START_TEST(an_address_of_another_network_is_refused)
{
    static const uint16_t prefixes[] = { 0, 2, 41, 43, 64, 106, 298, SS58_PREFIX_MAX };
    struct request request;

    for (int i = 0; i < COUNT(prefixes); i++) {
        sign_around(&request, prefixes[i], "1764000000", "launch", "", "");
        ck_assert_msg(verify(&request, "launch") == REFUSAL_BAD_HOTKEY, "prefix %d", prefixes[i]);
    }
}
END_TEST

START_TEST(the_signature_covers_hotkey_nonce_and_tail)
{
    struct request request, other;
    char long_tail[HOTKEY_TAIL_MAX_BYTES + 2];

    sign(&request, "1764000000", "launch");
    ck_assert_int_eq(verify(&request, "launch"), REFUSAL_NONE);
    ck_assert_int_eq(verify(&request, "instances"), REFUSAL_BAD_SIGNATURE);
    ck_assert_int_eq(verify(&request, ""), REFUSAL_BAD_SIGNATURE);
    request.headers.nonce = "1764000001";
    ck_assert_int_eq(verify(&request, "launch"), REFUSAL_BAD_SIGNATURE);
    sign(&other, "1764000000", "instances");
    other.headers.signature = request.signature;
    ck_assert_int_eq(verify(&other, "instances"), REFUSAL_BAD_SIGNATURE);

    memset(long_tail, 'a', sizeof(long_tail));
    long_tail[HOTKEY_TAIL_MAX_BYTES] = '\0';
    sign(&request, "1764000000", long_tail);
    ck_assert_int_eq(verify(&request, long_tail), REFUSAL_NONE);
    long_tail[HOTKEY_TAIL_MAX_BYTES] = 'a';
    long_tail[HOTKEY_TAIL_MAX_BYTES + 1] = '\0';
    ck_assert_int_eq(verify(&request, long_tail), REFUSAL_INTERNAL_ERROR);
}
END_TEST

static const char *const signatures[] = { "", "00", "0x", "zz" };

START_TEST(what_is_no_signature_is_refused)
{
    struct request request;
    char longer[2 * SR25519_SIGNATURE_BYTES + 3];

    sign(&request, "1764000000", "launch");
    ck_assert_int_lt(snprintf(longer, sizeof(longer), "%s00", request.signature), (int)sizeof(longer));
    request.headers.signature = longer;
    ck_assert_int_eq(verify(&request, "launch"), REFUSAL_BAD_SIGNATURE);
    longer[sizeof(longer) - 2] = '\0';
    ck_assert_int_eq(verify(&request, "launch"), REFUSAL_BAD_SIGNATURE);
    request.headers.signature = signatures[_i];
    ck_assert_int_eq(verify(&request, "launch"), REFUSAL_BAD_SIGNATURE);
    request.headers.signature = request.signature;
    ck_assert_int_eq(verify(&request, "launch"), REFUSAL_NONE);
    memcpy(request.signature, signatures[_i], strlen(signatures[_i]));
    request.signature[2 * SR25519_SIGNATURE_BYTES - 1] ^= 1;
    ck_assert_int_eq(verify(&request, "launch"), REFUSAL_BAD_SIGNATURE);
}
END_TEST

START_TEST(a_signature_of_wrapped_text_is_refused_by_default_and_taken_where_turned_on)
{
    unsigned char hash[SIGNATURE_HASH_BYTES];
    struct request request;

    sign_around(&request, SS58_PREFIX_HOTKEY, "1764000000", "launch", "<Bytes>", "</Bytes>");
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", NOW_S, false, hash), REFUSAL_BAD_SIGNATURE);
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", NOW_S, true, hash), REFUSAL_NONE);
    ck_assert_int_eq(hotkey_verify(&request.headers, "instances", NOW_S, true, hash), REFUSAL_BAD_SIGNATURE);
    sign_around(&request, SS58_PREFIX_HOTKEY, "1764000000", "launch", "<Bytes>", "");
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", NOW_S, true, hash), REFUSAL_BAD_SIGNATURE);
    sign(&request, "1764000000", "launch");
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", NOW_S, true, hash), REFUSAL_NONE);
}
END_TEST

START_TEST(the_hash_is_of_the_bytes_of_the_signature)
{
    unsigned char hash[SIGNATURE_HASH_BYTES], upper_hash[SIGNATURE_HASH_BYTES],
        expected[SIGNATURE_HASH_BYTES];
    unsigned char bytes[SR25519_SIGNATURE_BYTES];
    struct request request;

    sign(&request, "1764000000", "launch");
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", NOW_S, false, hash), REFUSAL_NONE);
    ck_assert(hex_decode(bytes, sizeof(bytes), request.signature, strlen(request.signature)));
    crypto_generichash(expected, sizeof(expected), bytes, sizeof(bytes), NULL, 0);
    ck_assert_mem_eq(hash, expected, sizeof(hash));
    /* Another spelling of one signature must not be another signature: it works once. */
    for (char *digit = request.signature; *digit != '\0'; digit++)
        if (*digit >= 'a')
            *digit = (char)(*digit - 'a' + 'A');
    ck_assert_int_eq(hotkey_verify(&request.headers, "launch", NOW_S, false, upper_hash), REFUSAL_NONE);
    ck_assert_mem_eq(upper_hash, hash, sizeof(hash));
}
END_TEST

START_TEST(the_tail_of_a_body_is_its_sha256)
{
    char tail[65];

    hotkey_body_tail(tail, "", 0);
    ck_assert_str_eq(tail, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hotkey_body_tail(tail, NULL, 0);
    ck_assert_str_eq(tail, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hotkey_body_tail(tail, "abc", 3);
    ck_assert_str_eq(tail, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
END_TEST

Suite *hotkey_suite(void)
{
    Suite *suite = suite_create("auth/hotkey");
    TCase *tests = tcase_create("hotkey");

    tcase_set_tags(tests, "vectors");
    tcase_add_test(tests, whole_requests_are_judged_right);
    tcase_add_test(tests, all_three_headers_or_none);
    tcase_add_loop_test(tests, a_nonce_is_a_recent_time_in_plain_digits, 0, COUNT(nonces));
    tcase_add_test(tests, no_nonce_is_not_the_nonce_zero);
    tcase_add_test(tests, an_address_of_another_network_is_refused);
    tcase_add_test(tests, the_signature_covers_hotkey_nonce_and_tail);
    tcase_add_loop_test(tests, what_is_no_signature_is_refused, 0, COUNT(signatures));
    tcase_add_test(tests, a_signature_of_wrapped_text_is_refused_by_default_and_taken_where_turned_on);
    tcase_add_test(tests, the_hash_is_of_the_bytes_of_the_signature);
    tcase_add_test(tests, the_tail_of_a_body_is_its_sha256);
    suite_add_tcase(suite, tests);
    return suite;
}
