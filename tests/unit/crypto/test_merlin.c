/* auth/merlin and auth/strobe: known answers of other implementations, and what a transcript must tell apart.
 */
#include "crypto/merlin.h"

#include "core/encode.h"

#include <check.h>
#include <string.h>

Suite *merlin_suite(void);

static void assert_hex(const unsigned char *found, size_t length, const char *expected)
{
    char text[129];

    ck_assert_uint_lt(2 * length, sizeof(text));
    hex_encode(text, found, length);
    ck_assert_str_eq(text, expected);
}

START_TEST(strobe_gives_the_known_answers)
{
    static unsigned char message[1024];
    unsigned char out[32];
    struct strobe strobe;

    memset(message, 99, sizeof(message));
    strobe_init(&strobe, "Conformance Test Protocol");
    strobe_meta_ad(&strobe, "ms", 2, false);
    strobe_meta_ad(&strobe, "g", 1, true);
    strobe_ad(&strobe, message, sizeof(message));
    strobe_meta_ad(&strobe, "prf", 3, false);
    strobe_prf(&strobe, out, sizeof(out));
    assert_hex(out, sizeof(out), "b48e645ca17c667fd5206ba57a6a228d72d8e1903814d3f17f622996d7cfefb0");
    strobe_meta_ad(&strobe, "key", 3, false);
    strobe_key(&strobe, out, sizeof(out));
    strobe_meta_ad(&strobe, "prf", 3, false);
    strobe_prf(&strobe, out, sizeof(out));
    assert_hex(out, sizeof(out), "07e45cce8078cee259e3e375bb85d75610e2d1e1201c5f645045a194edd49ff8");
}
END_TEST

START_TEST(a_transcript_gives_the_known_challenge)
{
    struct merlin transcript;
    unsigned char out[32];

    merlin_init(&transcript, "test protocol");
    merlin_append(&transcript, "some label", "some data", 9);
    merlin_challenge(&transcript, "challenge", out, sizeof(out));
    assert_hex(out, sizeof(out), "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615");
}
END_TEST

/* Appends one message to a fresh transcript and draws from it. */
static void draw(const char *protocol, const char *label, const char *message, const char *challenge,
                 unsigned char out[32])
{
    struct merlin transcript;

    merlin_init(&transcript, protocol);
    merlin_append(&transcript, label, message, strlen(message));
    merlin_challenge(&transcript, challenge, out, 32);
}

START_TEST(whatever_differs_changes_the_challenge)
{
    static const char *const transcripts[][4] = {
        { "protocol", "label", "message", "challenge" }, { "Protocol", "label", "message", "challenge" },
        { "protocol", "Label", "message", "challenge" }, { "protocol", "label", "Message", "challenge" },
        { "protocol", "label", "message", "Challenge" }, { "protocol", "labelm", "essage", "challenge" },
        { "protocol", "labe", "lmessage", "challenge" },
    };
    enum { COUNT = sizeof(transcripts) / sizeof(transcripts[0]) };
    unsigned char out[COUNT][32], again[32];

    for (size_t i = 0; i < COUNT; i++) {
        const char *const *parts = transcripts[i];

        draw(parts[0], parts[1], parts[2], parts[3], out[i]);
        draw(parts[0], parts[1], parts[2], parts[3], again);
        ck_assert_mem_eq(out[i], again, sizeof(again));
        for (size_t j = 0; j < i; j++)
            ck_assert_mem_ne(out[i], out[j], sizeof(out[i]));
    }
}
END_TEST

START_TEST(a_witness_depends_on_secret_entropy_and_transcript_and_changes_none)
{
    const unsigned char entropy[MERLIN_ENTROPY_BYTES] = { 1 }, other_entropy[MERLIN_ENTROPY_BYTES] = { 2 };
    unsigned char first[64], other[64];
    struct merlin transcript, untouched;

    merlin_init(&transcript, "protocol");
    untouched = transcript;
    merlin_witness(&transcript, "w", "secret", 6, entropy, first);
    ck_assert_mem_eq(&transcript, &untouched, sizeof(transcript));
    merlin_witness(&transcript, "w", "secret", 6, entropy, other);
    ck_assert_mem_eq(first, other, sizeof(first));
    merlin_witness(&transcript, "w", "secreT", 6, entropy, other);
    ck_assert_mem_ne(first, other, sizeof(first));
    merlin_witness(&transcript, "w", "secret", 6, other_entropy, other);
    ck_assert_mem_ne(first, other, sizeof(first));
    merlin_append(&transcript, "label", "message", 7);
    merlin_witness(&transcript, "w", "secret", 6, entropy, other);
    ck_assert_mem_ne(first, other, sizeof(first));
}
END_TEST

Suite *merlin_suite(void)
{
    Suite *suite = suite_create("auth/merlin");
    TCase *tests = tcase_create("merlin");

    tcase_add_test(tests, strobe_gives_the_known_answers);
    tcase_add_test(tests, a_transcript_gives_the_known_challenge);
    tcase_add_test(tests, whatever_differs_changes_the_challenge);
    tcase_add_test(tests, a_witness_depends_on_secret_entropy_and_transcript_and_changes_none);
    suite_add_tcase(suite, tests);
    return suite;
}
