/* auth/keccak: the permutation against SHA3-256 of libcrypto, which is built on the same one, and against the
 * known image of the zero state. */
#include "crypto/keccak.h"

#include "core/encode.h"

#include <check.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#define SHA3_RATE_BYTES 136
#define MESSAGE_MAX     (3 * SHA3_RATE_BYTES)

Suite *keccak_suite(void);

static void sha3_256(unsigned char digest[32], const unsigned char *message, size_t length)
{
    unsigned char state[KECCAK_STATE_BYTES] = { 0 };
    size_t position = 0;

    for (size_t i = 0; i < length; i++) {
        state[position++] ^= message[i];
        if (position == SHA3_RATE_BYTES) {
            keccak_f1600(state);
            position = 0;
        }
    }
    state[position] ^= 0x06;
    state[SHA3_RATE_BYTES - 1] ^= 0x80;
    keccak_f1600(state);
    memcpy(digest, state, 32);
}

START_TEST(the_zero_state_has_its_known_image)
{
    unsigned char state[KECCAK_STATE_BYTES] = { 0 };
    char text[2 * 16 + 1];

    keccak_f1600(state);
    hex_encode(text, state, 16);
    ck_assert_str_eq(text, "e7dde140798f25f18a47c033f9ccd584");
}
END_TEST

START_TEST(sha3_built_on_it_agrees_with_another_implementation)
{
    unsigned char message[MESSAGE_MAX], found[32], expected[32];

    for (size_t length = 0; length <= MESSAGE_MAX; length++) {
        randombytes_buf(message, sizeof(message));
        sha3_256(found, message, length);
        ck_assert_int_eq(EVP_Digest(message, length, expected, NULL, EVP_sha3_256(), NULL), 1);
        ck_assert_mem_eq(found, expected, sizeof(found));
    }
}
END_TEST

Suite *keccak_suite(void)
{
    Suite *suite = suite_create("auth/keccak");
    TCase *tests = tcase_create("keccak");

    tcase_add_test(tests, the_zero_state_has_its_known_image);
    tcase_add_test(tests, sha3_built_on_it_agrees_with_another_implementation);
    suite_add_tcase(suite, tests);
    return suite;
}
