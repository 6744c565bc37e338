/* old_sdk/pod: bodies are sealed and opened under the instance's key; only a vetted address is dialled. */
#include "old_sdk/pod.h"

#include "core/clock.h"
#include "core/encode.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

Suite *pod_suite(void);

static struct config config;
static struct pod pod;

static void set_up(void)
{
    ck_assert_int_ge(sodium_init(), 0);
    config.launch.allow_private_hosts = false;
    config.launch.own_addresses = (char *)"";
    pod = (struct pod){ .config = &config, .arena = arena_create((size_t)1 << 20), .host = "1.2.3.4" };
    memset(pod.key, 7, sizeof(pod.key));
}

static void tear_down(void)
{
    arena_free(pod.arena);
}

/* What an instance sends back: text under the key and the question's iv. */
static struct pod_answer answer_of(const char *text, const unsigned char iv[AES_BLOCK_BYTES])
{
    unsigned char *cipher = arena_alloc(pod.arena, strlen(text) + AES_BLOCK_BYTES);
    size_t length = aes_cbc_encrypt(pod.key, sizeof(pod.key), iv, text, strlen(text), cipher);
    struct pod_answer answer = { .status = 200 };

    answer.text = arena_printf(pod.arena, "{\"json\": \"%s\"}", base64_encode(pod.arena, cipher, length));
    answer.length = strlen(answer.text);
    return answer;
}

START_TEST(a_sealed_body_is_iv_and_ciphertext)
{
    unsigned char iv[AES_BLOCK_BYTES], sent[AES_BLOCK_BYTES], *cipher, plain[64];
    const char *body = pod_seal(&pod, "{\"hello\":1}", iv);
    size_t length;

    ck_assert(hex_decode(sent, sizeof(sent), body, 2 * sizeof(sent)));
    ck_assert_mem_eq(sent, iv, sizeof(iv));
    cipher = base64_decode(pod.arena, body + 2 * sizeof(sent), strlen(body) - 2 * sizeof(sent), &length);
    ck_assert_ptr_nonnull(cipher);
    ck_assert_int_eq(aes_cbc_decrypt(pod.key, sizeof(pod.key), iv, cipher, length, plain),
                     (ptrdiff_t)strlen("{\"hello\":1}"));
    ck_assert_mem_eq(plain, "{\"hello\":1}", strlen("{\"hello\":1}"));
}
END_TEST

START_TEST(each_body_has_an_iv_of_its_own)
{
    unsigned char first[AES_BLOCK_BYTES], second[AES_BLOCK_BYTES];

    ck_assert_str_ne(pod_seal(&pod, "{}", first), pod_seal(&pod, "{}", second));
    ck_assert_mem_ne(first, second, sizeof(first));
}
END_TEST

START_TEST(an_answer_opens_under_the_questions_iv)
{
    unsigned char iv[AES_BLOCK_BYTES], other[AES_BLOCK_BYTES] = { 1 };
    struct pod_answer answer;
    const char *opened;

    ck_assert_ptr_nonnull(pod_seal(&pod, "{}", iv));
    answer = answer_of("{\"hello\":2}", iv);
    ck_assert_str_eq(pod_open(&pod, iv, &answer), "{\"hello\":2}");
    opened = pod_open(&pod, other, &answer);
    ck_assert(opened == NULL || strcmp(opened, "{\"hello\":2}") != 0);
}
END_TEST

START_TEST(what_is_no_sealed_answer_does_not_open)
{
    static const char *const texts[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"json\": 1}",
        "{\"json\": \"?\"}",
        "{\"json\": \"\"}",
        "{\"json\": \"AAAA\"}",
    };
    const unsigned char iv[AES_BLOCK_BYTES] = { 0 };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct pod_answer answer = { .status = 200, .text = texts[i], .length = strlen(texts[i]) };

        ck_assert_msg(pod_open(&pod, iv, &answer) == NULL, "case %zu", i);
    }
}
END_TEST

static enum refusal find_address(void)
{
    enum refusal refusal;

    ck_assert_int_eq(pod_find_address(&pod, &refusal), STATUS_OK);
    return refusal;
}

START_TEST(a_host_is_vetted_where_that_was_not_done_before)
{
    ck_assert_int_eq(find_address(), REFUSAL_NONE);
    ck_assert_str_eq(pod.address, "1.2.3.4");
    pod.address = NULL;
    pod.host = "10.0.0.1";
    ck_assert_int_eq(find_address(), REFUSAL_HOST_NOT_PUBLIC);
    ck_assert_ptr_null(pod.address);
    pod.address = "1.2.3.5";
    ck_assert_int_eq(find_address(), REFUSAL_NONE);
    ck_assert_str_eq(pod.address, "1.2.3.5");
}
END_TEST

START_TEST(nothing_is_asked_when_the_time_is_over)
{
    pod.address = "127.0.0.1";
    pod.deadline_ms = clock_monotonic_ms();
    ck_assert_int_eq(pod_ask(&pod, &(struct pod_question){ .path = "/_ping" }).status, 0);
}
END_TEST

Suite *pod_suite(void)
{
    Suite *suite = suite_create("old_sdk/pod");
    TCase *tests = tcase_create("pod");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_sealed_body_is_iv_and_ciphertext);
    tcase_add_test(tests, each_body_has_an_iv_of_its_own);
    tcase_add_test(tests, an_answer_opens_under_the_questions_iv);
    tcase_add_test(tests, what_is_no_sealed_answer_does_not_open);
    tcase_add_test(tests, a_host_is_vetted_where_that_was_not_done_before);
    tcase_add_test(tests, nothing_is_asked_when_the_time_is_over);
    suite_add_tcase(suite, tests);
    return suite;
}
