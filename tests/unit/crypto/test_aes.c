/* attest/aes: ciphertexts of another implementation open and compare, broken ones do neither, and no failure
 * leaves anything in OpenSSL's error queue. */
#include "crypto/aes.h"

#include "check/vectors.h"
#include "core/arena.h"
#include "core/encode.h"

#include <check.h>
#include <openssl/err.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *aes_suite(void);

static const unsigned char key[AES256_KEY_BYTES] = "0123456789abcdef0123456789abcde";
static const unsigned char iv[AES_BLOCK_BYTES] = "fedcba987654321";

static void assert_no_error_is_left(void)
{
    ck_assert_uint_eq(ERR_peek_error(), 0);
}

/* As endpoints do: whatever is wrong on the way to the cipher is a wrong answer. */
static bool opens(struct arena *arena, json_object *vector, char **plain)
{
    const char *key_text = vectors_text(vector, "key"), *iv_text = vectors_text(vector, "iv");
    const char *cipher_text = vectors_text(vector, "ciphertext");
    unsigned char found_key[AES128_KEY_BYTES], found_iv[AES_BLOCK_BYTES], *cipher, *out;
    ptrdiff_t out_length;
    size_t length = 0;

    cipher = base64_decode(arena, cipher_text, strlen(cipher_text), &length);
    out = arena_alloc(arena, length + 1);
    *plain = (char *)out;
    return hex_decode(found_key, sizeof(found_key), key_text, strlen(key_text)) &&
           hex_decode(found_iv, sizeof(found_iv), iv_text, strlen(iv_text)) && cipher != NULL &&
           (out_length = aes_cbc_decrypt(found_key, sizeof(found_key), found_iv, cipher, length, out)) >= 0 &&
           out_length == (ptrdiff_t)strlen(*plain) &&
           aes_cbc_is_encryption_of(found_key, sizeof(found_key), found_iv, cipher, length, (char *)out);
}

START_TEST(ciphertexts_of_another_implementation_are_judged_right)
{
    json_object *root = vectors_load("aes_cbc.json"), *list = vectors_list(root, "vectors");
    struct arena *arena = arena_create((size_t)1 << 20);

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);
        char *plain;
        bool opened = opens(arena, vector, &plain);

        ck_assert_msg(opened == vectors_flag(vector, "valid"), "vector %zu", i);
        if (opened) {
            unsigned char *out = arena_alloc(arena, strlen(plain) + AES_BLOCK_BYTES), bytes[AES_BLOCK_BYTES];
            unsigned char found_key[AES128_KEY_BYTES];
            size_t length;

            ck_assert_str_eq(plain, vectors_text(vector, "plaintext"));
            vectors_bytes(vector, "key", found_key, sizeof(found_key));
            vectors_bytes(vector, "iv", bytes, sizeof(bytes));
            length = aes_cbc_encrypt(found_key, sizeof(found_key), bytes, plain, strlen(plain), out);
            ck_assert_str_eq(base64_encode(arena, out, length), vectors_text(vector, "ciphertext"));
        }
        assert_no_error_is_left();
    }
    arena_free(arena);
    json_object_put(root);
}
END_TEST

START_TEST(the_example_of_sp_800_38a_comes_out)
{
    /* F.2.5, CBC-AES256: the first block. The second one here is the padding. */
    unsigned char example_key[AES256_KEY_BYTES], plain[AES_BLOCK_BYTES], out[2 * AES_BLOCK_BYTES];
    unsigned char example_iv[AES_BLOCK_BYTES];
    char text[2 * AES_BLOCK_BYTES + 1];

    ck_assert(hex_decode(example_key, sizeof(example_key),
                         "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 64));
    ck_assert(hex_decode(plain, sizeof(plain), "6bc1bee22e409f96e93d7e117393172a", 32));
    for (unsigned char i = 0; i < sizeof(example_iv); i++)
        example_iv[i] = i;
    ck_assert_uint_eq(
        aes_cbc_encrypt(example_key, sizeof(example_key), example_iv, plain, sizeof(plain), out),
        sizeof(out));
    hex_encode(text, out, AES_BLOCK_BYTES);
    ck_assert_str_eq(text, "f58c4c04d6e5f1ba779eabfb5f7bfbd6");
}
END_TEST

/* Fills a text of this length, and its ciphertext under key and iv. */
static size_t seal(size_t key_length, char *text, size_t length, unsigned char *cipher)
{
    size_t cipher_length;

    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + i % 26);
    text[length] = '\0';
    cipher_length = aes_cbc_encrypt(key, key_length, iv, text, length, cipher);
    ck_assert_uint_eq(cipher_length, (length / AES_BLOCK_BYTES + 1) * AES_BLOCK_BYTES);
    return cipher_length;
}

START_TEST(texts_of_every_length_come_back)
{
    enum { MAX = 1100 };
    char text[MAX + 1];
    unsigned char cipher[MAX + AES_BLOCK_BYTES], found[MAX + AES_BLOCK_BYTES];
    const size_t key_length = _i == 0 ? AES128_KEY_BYTES : AES256_KEY_BYTES;

    for (size_t length = 0; length <= MAX; length++) {
        size_t cipher_length = seal(key_length, text, length, cipher);

        ck_assert_int_eq(aes_cbc_decrypt(key, key_length, iv, cipher, cipher_length, found),
                         (ptrdiff_t)length);
        ck_assert_int_eq(memcmp(found, text, length), 0);
        ck_assert(aes_cbc_is_encryption_of(key, key_length, iv, cipher, cipher_length, text));
    }
}
END_TEST

START_TEST(a_ciphertext_compares_equal_to_one_text_only)
{
    static const size_t lengths[] = { 0, 1, 15, 16, 17, 70, 511, 512, 513, 528, 1024 };
    char text[1101];
    unsigned char cipher[1100 + AES_BLOCK_BYTES];
    const size_t length = lengths[_i], cipher_length = seal(AES128_KEY_BYTES, text, length, cipher);
    unsigned char *copy;

    for (size_t i = 0; i < cipher_length; i++) {
        cipher[i] ^= 1;
        ck_assert(!aes_cbc_is_encryption_of(key, AES128_KEY_BYTES, iv, cipher, cipher_length, text));
        cipher[i] ^= 1;
    }
    /* In memory of exactly that size, so that a sanitizer sees a read beyond it. */
    for (size_t shorter = 0; shorter < cipher_length; shorter++) {
        copy = malloc(shorter + 1);
        ck_assert_ptr_nonnull(copy);
        memcpy(copy + 1, cipher, shorter);
        ck_assert(!aes_cbc_is_encryption_of(key, AES128_KEY_BYTES, iv, copy + 1, shorter, text));
        free(copy);
    }
    ck_assert(!aes_cbc_is_encryption_of(key, AES128_KEY_BYTES, iv, cipher, cipher_length + 1, text));
    ck_assert(
        !aes_cbc_is_encryption_of(key, AES128_KEY_BYTES, iv, cipher, cipher_length + AES_BLOCK_BYTES, text));
    text[length] = 'x';
    text[length + 1] = '\0';
    ck_assert(!aes_cbc_is_encryption_of(key, AES128_KEY_BYTES, iv, cipher, cipher_length, text));
    if (length > 0) {
        text[length - 1] = '\0';
        ck_assert(!aes_cbc_is_encryption_of(key, AES128_KEY_BYTES, iv, cipher, cipher_length, text));
    }
    assert_no_error_is_left();
}
END_TEST

START_TEST(a_broken_ciphertext_does_not_open_and_leaves_no_error)
{
    char text[41];
    unsigned char cipher[40 + AES_BLOCK_BYTES], out[40 + AES_BLOCK_BYTES];
    const size_t length = seal(AES128_KEY_BYTES, text, 40, cipher);

    for (size_t cut = 0; cut < length; cut++)
        if (cut % AES_BLOCK_BYTES != 0 || cut == 0)
            ck_assert_int_eq(aes_cbc_decrypt(key, AES128_KEY_BYTES, iv, cipher, cut, out), -1);
    /* 40 bytes leave a padding of 8: every other value of its last byte is a broken one. */
    for (unsigned int flip = 1; flip < 256; flip++) {
        if ((flip ^ 8) == 1)
            continue; /* a padding of 1 is a right one */
        cipher[length - AES_BLOCK_BYTES - 1] ^= (unsigned char)flip;
        ck_assert_msg(aes_cbc_decrypt(key, AES128_KEY_BYTES, iv, cipher, length, out) == -1, "%u", flip);
        cipher[length - AES_BLOCK_BYTES - 1] ^= (unsigned char)flip;
    }
    assert_no_error_is_left();
}
END_TEST

START_TEST(errors_of_others_stay_in_the_queue)
{
    unsigned char cipher[AES_BLOCK_BYTES] = { 0 }, out[AES_BLOCK_BYTES];

    ERR_raise(ERR_LIB_USER, 1);
    ck_assert_int_eq(aes_cbc_decrypt(key, AES128_KEY_BYTES, iv, cipher, sizeof(cipher), out), -1);
    ck_assert_int_eq(ERR_GET_LIB(ERR_get_error()), ERR_LIB_USER);
    assert_no_error_is_left();
}
END_TEST

START_TEST(a_key_of_another_size_is_refused)
{
    static const size_t lengths[] = { 0, 1, 15, 17, 24, 31 };
    unsigned char cipher[2 * AES_BLOCK_BYTES], out[2 * AES_BLOCK_BYTES];
    char text[17];
    size_t length = seal(AES128_KEY_BYTES, text, 16, cipher);

    ck_assert_uint_eq(aes_cbc_encrypt(key, lengths[_i], iv, text, 16, out), 0);
    ck_assert_int_eq(aes_cbc_decrypt(key, lengths[_i], iv, cipher, length, out), -1);
    ck_assert(!aes_cbc_is_encryption_of(key, lengths[_i], iv, cipher, length, text));
    assert_no_error_is_left();
}
END_TEST

Suite *aes_suite(void)
{
    Suite *suite = suite_create("attest/aes");
    TCase *tests = tcase_create("aes");

    tcase_set_tags(tests, "vectors");
    tcase_add_test(tests, ciphertexts_of_another_implementation_are_judged_right);
    tcase_add_test(tests, the_example_of_sp_800_38a_comes_out);
    tcase_add_loop_test(tests, texts_of_every_length_come_back, 0, 2);
    tcase_add_loop_test(tests, a_ciphertext_compares_equal_to_one_text_only, 0, 11);
    tcase_add_test(tests, a_broken_ciphertext_does_not_open_and_leaves_no_error);
    tcase_add_test(tests, errors_of_others_stay_in_the_queue);
    tcase_add_loop_test(tests, a_key_of_another_size_is_refused, 0, 6);
    suite_add_tcase(suite, tests);
    return suite;
}
