/* crypto/validator: the validator's seed is told from others, and signs what instances of old SDKs verify. */
#include "crypto/validator.h"

#include "core/encode.h"
#include "crypto/sr25519.h"

#include <check.h>
#include <string.h>

/* The development account Alice of Substrate. */
#define SEED    "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
#define ADDRESS "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
#define KEY     "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"

Suite *validator_suite(void);

static struct secret seed;

static void keep(const char *text)
{
    ck_assert(secret_set(&seed, text, strlen(text)));
}

static void forget(void)
{
    secret_clear(&seed);
}

START_TEST(a_seed_is_of_its_own_address)
{
    ck_assert(!validator_seed_is_of(&seed, ADDRESS)); /* none is set */
    keep(SEED);
    ck_assert(validator_seed_is_of(&seed, ADDRESS));
    ck_assert(!validator_seed_is_of(&seed, "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"));
    ck_assert(!validator_seed_is_of(&seed, ""));
    keep(SEED "00");
    ck_assert(!validator_seed_is_of(&seed, ADDRESS));
    keep("x" SEED);
    ck_assert(!validator_seed_is_of(&seed, ADDRESS));
    keep("0x" SEED);
    ck_assert(validator_seed_is_of(&seed, ADDRESS));
    keep("0x0x" SEED);
    ck_assert(!validator_seed_is_of(&seed, ADDRESS));
}
END_TEST

START_TEST(the_signature_covers_miner_validator_nonce_and_tail)
{
    static const char message[] = "miner:" ADDRESS ":1764000000:tail";
    unsigned char key[SR25519_PUBLIC_KEY_BYTES], raw[SR25519_SIGNATURE_BYTES];
    char signature[VALIDATOR_SIGNATURE_TEXT_BYTES];

    keep(SEED);
    ck_assert(validator_sign(&seed, ADDRESS, "miner", "1764000000", "tail", signature));
    ck_assert(hex_decode(raw, sizeof(raw), signature, strlen(signature)));
    ck_assert(hex_decode(key, sizeof(key), KEY, strlen(KEY)));
    ck_assert(sr25519_verify(raw, message, strlen(message), key));
    ck_assert(!sr25519_verify(raw, message, strlen(message) - 1, key));
}
END_TEST

START_TEST(without_a_key_or_room_nothing_is_signed)
{
    char signature[VALIDATOR_SIGNATURE_TEXT_BYTES], tail[600];

    ck_assert(!validator_sign(&seed, ADDRESS, "miner", "1", "tail", signature));
    keep("not a key, but long enough");
    ck_assert(!validator_sign(&seed, ADDRESS, "miner", "1", "tail", signature));
    keep(SEED);
    memset(tail, 'a', sizeof(tail) - 1);
    tail[sizeof(tail) - 1] = '\0';
    ck_assert(!validator_sign(&seed, ADDRESS, "miner", "1", tail, signature));
}
END_TEST

Suite *validator_suite(void)
{
    Suite *suite = suite_create("crypto/validator");
    TCase *tests = tcase_create("validator");

    tcase_add_checked_fixture(tests, NULL, forget);
    tcase_add_test(tests, a_seed_is_of_its_own_address);
    tcase_add_test(tests, the_signature_covers_miner_validator_nonce_and_tail);
    tcase_add_test(tests, without_a_key_or_room_nothing_is_signed);
    suite_add_tcase(suite, tests);
    return suite;
}
