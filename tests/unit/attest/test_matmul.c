/* attest/matmul: keys, rows, digests and verdicts agree with the slow second implementation that made
 * matmul.json, and a work product that is wrong or malformed is never accepted. */
#include "attest/matmul.h"

#include "check/vectors.h"
#include "core/encode.h"

#include <check.h>
#include <json-c/json.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_BY_DEFAULT 16 /* of the setting matmul_rows */

Suite *matmul_suite(void);

static json_object *vectors;

static void set_up(void)
{
    ck_assert_int_ge(sodium_init(), 0);
    vectors = vectors_load("matmul.json");
}

static void tear_down(void)
{
    json_object_put(vectors);
}

static json_object *vector(const char *kind, int index)
{
    return json_object_array_get_idx(vectors_list(vectors, kind), (size_t)index);
}

static uint32_t number_of(json_object *object, const char *key)
{
    return (uint32_t)json_object_get_int64(vectors_member(object, key));
}

static struct matmul_challenge challenge_of(json_object *described)
{
    return (struct matmul_challenge){
        .uuid = vectors_text(described, "uuid"),
        .seed = json_object_get_int64(vectors_member(described, "seed")),
        .iterations = number_of(described, "iterations"),
        .n = number_of(described, "n"),
    };
}

static void assert_hex(const void *bytes, size_t length, const char *expected)
{
    char text[2 * MATMUL_DIGEST_BYTES + 1];

    hex_encode(text, bytes, length);
    ck_assert_str_eq(text, expected);
}

/* A digest and what is made of it, against a described row. */
static void assert_row(const unsigned char digest[MATMUL_DIGEST_BYTES], json_object *row)
{
    unsigned char key[32], tag[MATMUL_TAG_BYTES];

    assert_hex(digest, MATMUL_DIGEST_BYTES, vectors_text(row, "digest"));
    matmul_seal_key(digest, key);
    assert_hex(key, sizeof(key), vectors_text(row, "seal_key"));
    matmul_tag(digest, tag);
    assert_hex(tag, sizeof(tag), vectors_text(row, "tag"));
}

START_TEST(the_keys_of_all_matrices_are_as_described)
{
    json_object *described = vector("rows", _i), *keys = vectors_list(described, "keys");
    struct matmul_challenge challenge = challenge_of(described);
    unsigned char key[32];

    ck_assert_uint_eq(json_object_array_length(keys), challenge.iterations + 1);
    for (uint32_t i = 0; i <= challenge.iterations; i++) {
        matmul_key(&challenge, i, key);
        assert_hex(key, sizeof(key), json_object_get_string(json_object_array_get_idx(keys, i)));
    }
}
END_TEST

START_TEST(rows_are_as_described)
{
    json_object *described = vector("rows", _i), *rows = vectors_list(described, "rows");
    struct matmul_challenge challenge = challenge_of(described);
    unsigned char digests[MATMUL_ROWS_MAX][MATMUL_DIGEST_BYTES];
    uint32_t wanted[MATMUL_ROWS_MAX];
    size_t count = json_object_array_length(rows);

    ck_assert_uint_ge(count, 1);
    for (size_t i = 0; i < count; i++)
        wanted[i] = number_of(json_object_array_get_idx(rows, i), "row");
    ck_assert(matmul_rows(&challenge, wanted, count, digests));
    for (size_t i = 0; i < count; i++)
        assert_row(digests[i], json_object_array_get_idx(rows, i));
}
END_TEST

START_TEST(as_many_rows_as_allowed_come_out_as_they_do_alone)
{
    struct matmul_challenge challenge = { .uuid = "gpu", .seed = 5, .iterations = 2, .n = 512 };
    unsigned char together[MATMUL_ROWS_MAX][MATMUL_DIGEST_BYTES], alone[1][MATMUL_DIGEST_BYTES];
    uint32_t rows[MATMUL_ROWS_MAX];

    for (uint32_t i = 0; i < MATMUL_ROWS_MAX; i++)
        rows[i] = 511 - 15 * i;
    ck_assert(matmul_rows(&challenge, rows, MATMUL_ROWS_MAX, together));
    for (size_t i = 0; i < MATMUL_ROWS_MAX; i++) {
        ck_assert(matmul_rows(&challenge, &rows[i], 1, alone));
        ck_assert_mem_eq(together[i], alone[0], MATMUL_DIGEST_BYTES);
    }
}
END_TEST

START_TEST(matrix_rows_are_the_same_wherever_one_begins)
{
    static const unsigned char key[32] = { 1 };
    uint32_t *whole = calloc(1024 * 1024, sizeof(*whole)), *part = calloc(3 * 1024, sizeof(*part));

    ck_assert(whole != NULL && part != NULL);
    ck_assert(matmul_matrix_rows(key, 1024, 0, 1024, whole));
    ck_assert(matmul_matrix_rows(key, 1024, 1021, 3, part));
    ck_assert_mem_eq(part, whole + 1021 * 1024, 3 * 1024 * sizeof(*part));
    free(whole);
    free(part);
}
END_TEST

static const struct {
    struct matmul_challenge challenge;
    uint32_t row;
    size_t count;
} out_of_range[] = {
    { { "gpu", 1, 1, 0 }, 0, 1 },     { { "gpu", 1, 1, 128 }, 0, 1 },
    { { "gpu", 1, 1, 300 }, 0, 1 },   { { "gpu", 1, 1, 32768 }, 0, 1 },
    { { "gpu", 1, 0, 256 }, 0, 1 },   { { "gpu", -1, 1, 256 }, 0, 1 },
    { { "gpu", 1, 1, 256 }, 256, 1 }, { { "gpu", 1, 1, 256 }, UINT32_MAX, 1 },
    { { "gpu", 1, 1, 256 }, 0, 0 },   { { "gpu", 1, 1, 256 }, 0, MATMUL_ROWS_MAX + 1 },
};

START_TEST(parameters_out_of_range_are_refused)
{
    unsigned char digests[MATMUL_ROWS_MAX + 1][MATMUL_DIGEST_BYTES];
    uint32_t rows[MATMUL_ROWS_MAX + 1] = { out_of_range[_i].row };

    for (uint32_t i = 1; i <= MATMUL_ROWS_MAX; i++)
        rows[i] = i;
    ck_assert(!matmul_rows(&out_of_range[_i].challenge, rows, out_of_range[_i].count, digests));
}
END_TEST

START_TEST(a_challenge_out_of_range_or_a_row_beyond_it_cannot_be_verified)
{
    struct matmul_challenge challenge = { .uuid = "gpu", .seed = 1, .iterations = 1, .n = 300 };
    bool valid = true;

    ck_assert(!matmul_verify(&challenge, 0, 4, "", &valid));
    ck_assert(!valid);
    challenge.n = 256;
    valid = true;
    ck_assert(!matmul_verify(&challenge, 256, 4, "", &valid));
    ck_assert(!valid);
}
END_TEST

/* A described product as bytes; `text` is where verdict() encodes it again. */
struct product {
    struct matmul_challenge challenge;
    uint32_t secret_row;
    const char *honest;
    unsigned char bytes[256 * MATMUL_CHECK_BYTES];
    char text[sodium_base64_ENCODED_LEN(256 * MATMUL_CHECK_BYTES, sodium_base64_VARIANT_ORIGINAL)];
};

static struct product product_of(int index)
{
    json_object *described = vector("products", index);
    struct product product = { .challenge = challenge_of(described),
                               .honest = vectors_text(described, "work_product") };
    size_t length;

    product.secret_row = number_of(vectors_member(described, "secret"), "row");
    ck_assert_uint_eq(product.challenge.n, 256);
    ck_assert_int_eq(sodium_base642bin(product.bytes, sizeof(product.bytes), product.honest,
                                       strlen(product.honest), NULL, &length, NULL,
                                       sodium_base64_VARIANT_ORIGINAL),
                     0);
    ck_assert_uint_eq(length, sizeof(product.bytes));
    return product;
}

static bool verdict(struct product *product, uint32_t checked)
{
    bool valid;

    sodium_bin2base64(product->text, sizeof(product->text), product->bytes, sizeof(product->bytes),
                      sodium_base64_VARIANT_ORIGINAL);
    valid = !checked;
    ck_assert(matmul_verify(&product->challenge, product->secret_row, checked, product->text, &valid));
    return valid;
}

static void spoil(struct product *product, uint32_t row)
{
    product->bytes[row * MATMUL_CHECK_BYTES + row % MATMUL_CHECK_BYTES] ^= 1;
}

START_TEST(the_secret_row_of_a_product_is_as_described)
{
    struct product product = product_of(_i);
    unsigned char digest[1][MATMUL_DIGEST_BYTES];

    ck_assert(matmul_rows(&product.challenge, &product.secret_row, 1, digest));
    assert_row(digest[0], vectors_member(vector("products", _i), "secret"));
}
END_TEST

START_TEST(an_honest_product_is_valid_however_many_rows_are_checked)
{
    struct product product = product_of(_i);

    for (uint32_t checked = 0; checked <= MATMUL_ROWS_MAX + 1; checked++)
        ck_assert(verdict(&product, checked));
    ck_assert(verdict(&product, UINT32_MAX));
}
END_TEST

START_TEST(a_wrong_secret_row_is_always_found)
{
    struct product product = product_of(_i);

    spoil(&product, product.secret_row);
    for (uint32_t checked = 0; checked < MATMUL_ROWS_MAX; checked++)
        ck_assert(!verdict(&product, checked));
}
END_TEST

START_TEST(a_product_that_is_right_in_the_secret_row_alone_is_invalid)
{
    struct product product = product_of(_i);

    for (uint32_t row = 0; row < 256; row++) {
        if (row != product.secret_row)
            spoil(&product, row);
    }
    ck_assert(verdict(&product, 0));
    for (uint32_t checked = 1; checked < MATMUL_ROWS_MAX; checked++)
        ck_assert(!verdict(&product, checked));
}
END_TEST

START_TEST(which_rows_are_checked_changes_from_call_to_call)
{
    struct product product = product_of(0);
    int found = 0, missed = 0;

    spoil(&product, product.secret_row ^ 128);
    /* 32 rows of 255: found in one call of eight. Never in 1000 calls has a chance of e^-134. */
    for (int i = 0; i < 1000; i++)
        *(verdict(&product, MATMUL_ROWS_MAX - 1) ? &missed : &found) += 1;
    ck_assert_int_gt(found, 0);
    ck_assert_int_gt(missed, 0);
}
END_TEST

START_TEST(who_leaves_a_quarter_of_the_rows_out_fails_99_times_of_100)
{
    struct product product = product_of(0);
    int passed = 0;

    for (uint32_t row = 0, spoiled = 0; spoiled < 64; row++) {
        if (row == product.secret_row)
            continue;
        spoil(&product, row);
        spoiled++;
    }
    /* One in 120 gets through, three of these; more than 20 has a chance of 10^-10. Of four rows it is one in
     * three. */
    for (int i = 0; i < 400; i++)
        passed += verdict(&product, ROWS_BY_DEFAULT);
    ck_assert_int_le(passed, 20);
}
END_TEST

START_TEST(the_product_of_another_challenge_is_invalid)
{
    struct product product = product_of(_i);
    const struct matmul_challenge own = product.challenge;

    product.challenge.seed = own.seed - 1;
    ck_assert(!verdict(&product, 4));
    product.challenge = own;
    product.challenge.iterations++;
    ck_assert(!verdict(&product, 4));
    product.challenge = own;
    product.challenge.uuid = "another";
    ck_assert(!verdict(&product, 4));
    product.challenge = own;
    product.secret_row ^= 1;
    ck_assert(verdict(&product, 4));
}
END_TEST

START_TEST(a_malformed_product_is_invalid_and_no_error)
{
    struct product product = product_of(0);
    const size_t length = strlen(product.honest);
    char text[sizeof(product.text) + 8];
    const struct {
        size_t keep; /* characters of the honest text */
        const char *append;
    } cases[] = {
        { 0, "" },
        { length - 1, "" },
        { length - 4, "" },
        { length, "=" },
        { length, "AAAA" },
        { length - 1, "A" },
        { length - 1, "\n" },
        { length - 4, "A===" },
        { length - 4, "\xff\xff\xff\xff" },
        { length - 4, "__8=" },
        { length - 4, "    " },
    };

    ck_assert_int_eq(product.honest[length - 1], '=');
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool valid = true;

        snprintf(text, sizeof(text), "%.*s%s", (int)cases[i].keep, product.honest, cases[i].append);
        ck_assert_msg(matmul_verify(&product.challenge, product.secret_row, 4, text, &valid), "case %zu", i);
        ck_assert_msg(!valid, "case %zu", i);
    }
}
END_TEST

Suite *matmul_suite(void)
{
    Suite *suite = suite_create("attest/matmul");
    TCase *rows = tcase_create("rows"), *verdicts = tcase_create("verdicts");
    int products = vectors_count("matmul.json", "products"),
        challenges = vectors_count("matmul.json", "rows");

    tcase_set_tags(rows, "vectors");
    tcase_add_checked_fixture(rows, set_up, tear_down);
    tcase_add_loop_test(rows, the_keys_of_all_matrices_are_as_described, 0, challenges);
    tcase_add_loop_test(rows, rows_are_as_described, 0, challenges);
    tcase_add_test(rows, as_many_rows_as_allowed_come_out_as_they_do_alone);
    tcase_add_test(rows, matrix_rows_are_the_same_wherever_one_begins);
    tcase_add_loop_test(rows, parameters_out_of_range_are_refused, 0,
                        sizeof(out_of_range) / sizeof(out_of_range[0]));
    suite_add_tcase(suite, rows);

    tcase_set_tags(verdicts, "vectors");
    tcase_add_checked_fixture(verdicts, set_up, tear_down);
    tcase_add_test(verdicts, a_challenge_out_of_range_or_a_row_beyond_it_cannot_be_verified);
    tcase_add_loop_test(verdicts, the_secret_row_of_a_product_is_as_described, 0, products);
    tcase_add_loop_test(verdicts, an_honest_product_is_valid_however_many_rows_are_checked, 0, products);
    tcase_add_loop_test(verdicts, a_wrong_secret_row_is_always_found, 0, products);
    tcase_add_loop_test(verdicts, a_product_that_is_right_in_the_secret_row_alone_is_invalid, 0, products);
    tcase_add_test(verdicts, which_rows_are_checked_changes_from_call_to_call);
    tcase_add_test(verdicts, who_leaves_a_quarter_of_the_rows_out_fails_99_times_of_100);
    tcase_add_loop_test(verdicts, the_product_of_another_challenge_is_invalid, 0, products);
    tcase_add_test(verdicts, a_malformed_product_is_invalid_and_no_error);
    suite_add_tcase(suite, verdicts);
    return suite;
}
