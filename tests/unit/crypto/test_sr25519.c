/* auth/sr25519: signatures of another implementation verify, altered ones do not, and ours verify and name
 * the same addresses as wallets do. */
#include "crypto/sr25519.h"

#include "check/vectors.h"
#include "core/encode.h"

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 65536

Suite *sr25519_suite(void);

struct vector {
    unsigned char public_key[SR25519_PUBLIC_KEY_BYTES], signature[SR25519_SIGNATURE_BYTES];
    unsigned char message[MESSAGE_MAX];
    size_t length;
};

static void read_vector(struct vector *vector, json_object *object)
{
    vectors_bytes(object, "public_key", vector->public_key, sizeof(vector->public_key));
    vectors_bytes(object, "signature", vector->signature, sizeof(vector->signature));
    vector->length = vectors_data(object, "message", vector->message, sizeof(vector->message));
}

static bool verify(const struct vector *vector)
{
    return sr25519_verify(vector->signature, vector->message, vector->length, vector->public_key);
}

static bool is_wrapped(json_object *vector)
{
    return json_object_is_type(vectors_member(vector, "valid"), json_type_string);
}

/* The first vector of the set whose signature is good. */
static void read_valid_vector(struct vector *vector)
{
    json_object *root = vectors_load("sr25519.json"), *list = vectors_list(root, "vectors");
    size_t i = 0;

    while (i < json_object_array_length(list) && (is_wrapped(json_object_array_get_idx(list, i)) ||
                                                  !vectors_flag(json_object_array_get_idx(list, i), "valid")))
        i++;
    ck_assert_uint_lt(i, json_object_array_length(list));
    read_vector(vector, json_object_array_get_idx(list, i));
    json_object_put(root);
    ck_assert(verify(vector));
}

START_TEST(signatures_of_another_implementation_are_judged_right)
{
    json_object *root = vectors_load("sr25519.json"), *list = vectors_list(root, "vectors");
    struct vector vector;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *object = json_object_array_get_idx(list, i);

        if (is_wrapped(object))
            continue;
        read_vector(&vector, object);
        ck_assert_msg(verify(&vector) == vectors_flag(object, "valid"), "vector %zu: %s", i,
                      vectors_text(object, "note"));
    }
    json_object_put(root);
}
END_TEST

START_TEST(a_signature_of_wrapped_text_signs_the_wrapped_text_only)
{
    json_object *root = vectors_load("sr25519.json"), *list = vectors_list(root, "vectors");
    unsigned char wrapped[MESSAGE_MAX + 16];
    struct vector vector;
    int found = 0;

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *object = json_object_array_get_idx(list, i);

        if (!is_wrapped(object))
            continue;
        read_vector(&vector, object);
        ck_assert(!verify(&vector));
        memcpy(wrapped, "<Bytes>", 7);
        memcpy(wrapped + 7, vector.message, vector.length);
        memcpy(wrapped + 7 + vector.length, "</Bytes>", 8);
        ck_assert(sr25519_verify(vector.signature, wrapped, vector.length + 15, vector.public_key));
        found++;
    }
    ck_assert_int_gt(found, 0);
    json_object_put(root);
}
END_TEST

START_TEST(messages_of_every_length_in_a_block_verify)
{
    json_object *root = vectors_load("sr25519_lengths.json"), *list = vectors_list(root, "signatures");
    unsigned char seed[SR25519_SEED_BYTES], derived[SR25519_PUBLIC_KEY_BYTES];
    struct vector vector;

    vectors_bytes(root, "public_key", vector.public_key, sizeof(vector.public_key));
    vectors_bytes(root, "seed", seed, sizeof(seed));
    ck_assert(sr25519_public_key(derived, seed));
    ck_assert_mem_eq(derived, vector.public_key, sizeof(derived));
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        const char *text = json_object_get_string(json_object_array_get_idx(list, i));

        ck_assert(hex_decode(vector.signature, sizeof(vector.signature), text, strlen(text)));
        memset(vector.message, (int)i, i);
        vector.length = i;
        ck_assert_msg(verify(&vector), "length %zu", i);
    }
    json_object_put(root);
}
END_TEST

START_TEST(no_bit_of_a_signature_can_be_changed)
{
    struct vector vector;

    read_valid_vector(&vector);
    for (size_t bit = 0; bit < 8 * sizeof(vector.signature); bit++) {
        vector.signature[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ck_assert_msg(!verify(&vector), "bit %zu", bit);
        vector.signature[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < 8 * sizeof(vector.public_key); bit++) {
        vector.public_key[bit / 8] ^= (unsigned char)(1u << bit % 8);
        ck_assert_msg(!verify(&vector), "bit %zu of the key", bit);
        vector.public_key[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}
END_TEST

/* The order of the group, little-endian (RFC 9496, section 4.4). */
static const unsigned char group_order[32] = {
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
};

START_TEST(a_scalar_that_is_not_reduced_is_refused_however_often_the_order_is_added)
{
    struct vector vector;
    unsigned char *s = vector.signature + 32;

    read_valid_vector(&vector);
    s[31] &= 0x7f;
    /* s < order, and the order is just over 2^252: s + 6 * order still fits into the 255 bits beside the
     * marker. */
    for (int times = 1; times <= 6; times++) {
        sodium_add(s, group_order, sizeof(group_order));
        ck_assert_uint_lt(s[31], 0x80);
        s[31] |= 0x80;
        ck_assert_msg(!verify(&vector), "s + %d * order", times);
        s[31] &= 0x7f;
    }
}
END_TEST

static const struct {
    const char *seed, *public_key;
} known_pairs[] = {
    /* The development account Alice of Substrate. */
    { "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a",
      "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d" },
    /* The bare development phrase. */
    { "fac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e",
      "46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a" },
    /* "12345678901234567890123456789012" as bytes, the pair of polkadot-js' keyring tests. */
    { "3132333435363738393031323334353637383930313233343536373839303132",
      "741c08a06f41c596608f6774259bd9043304adfa5d3eea62760bd9be97634d63" },
};

START_TEST(a_seed_gives_the_key_it_has_in_wallets)
{
    unsigned char seed[SR25519_SEED_BYTES], public_key[SR25519_PUBLIC_KEY_BYTES];
    char text[2 * SR25519_PUBLIC_KEY_BYTES + 1];

    ck_assert(hex_decode(seed, sizeof(seed), known_pairs[_i].seed, strlen(known_pairs[_i].seed)));
    ck_assert(sr25519_public_key(public_key, seed));
    hex_encode(text, public_key, sizeof(public_key));
    ck_assert_str_eq(text, known_pairs[_i].public_key);
}
END_TEST

START_TEST(our_signatures_verify_for_their_key_and_message_alone)
{
    unsigned char seed[SR25519_SEED_BYTES], public_key[SR25519_PUBLIC_KEY_BYTES];
    unsigned char other_key[SR25519_PUBLIC_KEY_BYTES], signature[SR25519_SIGNATURE_BYTES];
    unsigned char message[400];

    for (size_t length = 0; length < sizeof(message); length += 7) {
        randombytes_buf(seed, sizeof(seed));
        randombytes_buf(message, sizeof(message));
        ck_assert(sr25519_public_key(public_key, seed));
        ck_assert(sr25519_sign(signature, message, length, seed));
        ck_assert(sr25519_verify(signature, message, length, public_key));
        ck_assert(!sr25519_verify(signature, message, length + 1, public_key));
        seed[0] ^= 1;
        ck_assert(sr25519_public_key(other_key, seed));
        ck_assert(!sr25519_verify(signature, message, length, other_key));
    }
}
END_TEST

START_TEST(two_signatures_of_one_message_differ)
{
    const unsigned char seed[SR25519_SEED_BYTES] = { 3 };
    unsigned char first[SR25519_SIGNATURE_BYTES], second[SR25519_SIGNATURE_BYTES];

    ck_assert(sr25519_sign(first, "message", 7, seed));
    ck_assert(sr25519_sign(second, "message", 7, seed));
    ck_assert_mem_ne(first, second, 32);
    ck_assert_mem_ne(first + 32, second + 32, 32);
}
END_TEST

START_TEST(the_identity_signs_nothing)
{
    /* Under the identity key, R = s·B satisfies the equation for every message: s is chosen, R computed. */
    const unsigned char identity[SR25519_PUBLIC_KEY_BYTES] = { 0 };
    unsigned char signature[SR25519_SIGNATURE_BYTES] = { 0 };

    ck_assert(!sr25519_verify(signature, "message", 7, identity));
    signature[32] = 5;
    ck_assert_int_eq(crypto_scalarmult_ristretto255_base(signature, signature + 32), 0);
    signature[63] |= 0x80;
    ck_assert(!sr25519_verify(signature, "message", 7, identity));
}
END_TEST

Suite *sr25519_suite(void)
{
    Suite *suite = suite_create("auth/sr25519");
    TCase *tests = tcase_create("sr25519");

    tcase_set_tags(tests, "vectors");
    tcase_add_test(tests, signatures_of_another_implementation_are_judged_right);
    tcase_add_test(tests, a_signature_of_wrapped_text_signs_the_wrapped_text_only);
    tcase_add_test(tests, messages_of_every_length_in_a_block_verify);
    tcase_add_test(tests, no_bit_of_a_signature_can_be_changed);
    tcase_add_test(tests, a_scalar_that_is_not_reduced_is_refused_however_often_the_order_is_added);
    tcase_add_loop_test(tests, a_seed_gives_the_key_it_has_in_wallets, 0,
                        (int)(sizeof(known_pairs) / sizeof(known_pairs[0])));
    tcase_add_test(tests, our_signatures_verify_for_their_key_and_message_alone);
    tcase_add_test(tests, two_signatures_of_one_message_differ);
    tcase_add_test(tests, the_identity_signs_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
