/* attest/proof: a provider's challenge is solved and judged with nothing but what the interface hands over,
 * stored as text in between. */
#include "attest/proof.h"

#include "client/matmul_prover.h"
#include "core/encode.h"
#include "crypto/aes.h"
#include "json/json.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

Suite *proof_suite(void);

static const char secret[] = "000102030405060708090a0b0c0d0e0f";

static struct config config;
static struct proof_context context;
static const struct proof_gpu gpu = { .uuid = "gpu", .device_info = "{}", .iterations = 2, .seed = 4711 };

static void set_up(void)
{
    ck_assert_int_ge(sodium_init(), 0);
    config.attestation.proof_of_work = PROOF_MATMUL;
    config.attestation.matmul_n = MATMUL_N_MIN;
    config.attestation.matmul_rows = 4;
    context = (struct proof_context){ .config = &config, .arena = arena_create((size_t)1 << 20) };
}

static void tear_down(void)
{
    arena_free(context.arena);
}

/* As the database gives it back. */
static json_object *stored(json_object *kept)
{
    const char *text = arena_strdup(context.arena, json_object_to_json_string(kept));
    struct json_error error;
    json_object *again = json_parse_strict(text, strlen(text), &error);

    json_defer(context.arena, again);
    return again;
}

static json_object *text(const char *value)
{
    json_object *object = json_object_new_string(value);

    json_defer(context.arena, object);
    return object;
}

static struct proof_challenge make(void)
{
    struct proof_challenge challenge;

    ck_assert_int_eq(proof_matmul.make(&context, &gpu, secret, &challenge), STATUS_OK);
    return challenge;
}

/* Works as a pod does, from what it sees; opens the secret. */
static const char *solve(const struct proof_challenge *challenge, char opened[sizeof(secret)])
{
    json_object *povw = json_object_object_get(challenge->shown, "povw");
    const struct matmul_challenge work = { .uuid = gpu.uuid,
                                           .seed = challenge->seed,
                                           .iterations = (uint32_t)gpu.iterations,
                                           .n = (uint32_t)json_get_integer(povw, "n", 0) };
    const struct matmul_effort effort = { .threads = 1 };
    unsigned char tag[MATMUL_TAG_BYTES], key[AES256_KEY_BYTES], plain[sizeof(secret) + AES_BLOCK_BYTES];
    struct matmul_solution solution;
    unsigned char *sealed;
    ptrdiff_t plain_length;
    size_t length;

    ck_assert_str_eq(json_get_text(povw, "algorithm"), proof_matmul.name);
    ck_assert(hex_decode(tag, sizeof(tag), json_get_text(povw, "tag"), 2 * sizeof(tag)));
    ck_assert_int_eq(matmul_prove(&work, tag, &effort, context.arena, &solution), MATMUL_SOLVED);
    matmul_seal_key(solution.digest, key);
    sealed = base64_decode(context.arena, challenge->ciphertext, strlen(challenge->ciphertext), &length);
    plain_length =
        aes_cbc_decrypt(key, sizeof(key), sealed, sealed + AES_BLOCK_BYTES, length - AES_BLOCK_BYTES, plain);
    ck_assert_int_eq(plain_length, (ptrdiff_t)sizeof(secret) - 1);
    memcpy(opened, plain, sizeof(secret) - 1);
    opened[plain_length] = '\0';
    return solution.work_product;
}

static bool is_valid(const struct proof_challenge *challenge, json_object *product)
{
    const struct proof_challenge again = { .seed = challenge->seed, .kept = stored(challenge->kept) };
    const struct proof_work work = { .sent = product != NULL, .product = product };
    bool valid = product == NULL;

    ck_assert_int_eq(proof_matmul.check(&context, &gpu, &again, &work, &valid), STATUS_OK);
    return valid;
}

START_TEST(what_is_shown_is_enough_to_solve_and_what_is_kept_to_judge)
{
    struct proof_challenge challenge = make();
    char opened[sizeof(secret)];
    const char *product = solve(&challenge, opened);

    ck_assert_str_eq(opened, secret);
    ck_assert(is_valid(&challenge, text(product)));
}
END_TEST

START_TEST(what_is_shown_does_not_tell_what_is_kept)
{
    struct proof_challenge challenge = make();
    json_object *povw = json_object_object_get(challenge.shown, "povw");

    ck_assert_int_eq(json_object_object_length(challenge.shown), 1);
    ck_assert_int_eq(json_object_object_length(povw), 3);
    ck_assert_ptr_null(json_object_object_get(povw, "secret_row"));
}
END_TEST

START_TEST(a_seed_is_drawn_anew_even_for_a_gpu_that_has_one)
{
    struct proof_challenge first = make(), second = make();

    ck_assert(first.seed > 0 && second.seed > 0);
    ck_assert(first.seed != second.seed && first.seed != gpu.seed && second.seed != gpu.seed);
}
END_TEST

START_TEST(a_work_product_of_another_kind_or_none_is_wrong)
{
    struct proof_challenge challenge = make();
    json_object *list = json_object_new_array(), *number = json_object_new_int(1);

    json_defer(context.arena, list);
    json_defer(context.arena, number);
    ck_assert(!is_valid(&challenge, NULL));
    ck_assert(!is_valid(&challenge, list));
    ck_assert(!is_valid(&challenge, number));
    ck_assert(!is_valid(&challenge, text("")));
}
END_TEST

START_TEST(a_challenge_whose_kept_part_is_spoilt_is_not_judged)
{
    static const char *const spoilt[] = {
        "null",
        "[]",
        "\"\"",
        "{}",
        "{\"n\": 256}",
        "{\"secret_row\": 1}",
        "{\"n\": 256, \"secret_row\": 256}",
        "{\"n\": 256, \"secret_row\": -1}",
        "{\"n\": 255, \"secret_row\": 1}",
        "{\"n\": 1099511627776, \"secret_row\": 1}",
    };
    const struct proof_work work = { .sent = true, .product = text("AAAA") };
    struct proof_challenge challenge = { .seed = 1 };
    bool valid = true;

    for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
        challenge.kept = json_tokener_parse(spoilt[i]);
        ck_assert_int_eq(proof_matmul.check(&context, &gpu, &challenge, &work, &valid), STATUS_UNAVAILABLE);
        ck_assert_msg(!valid, "%s", spoilt[i]);
        json_object_put(challenge.kept);
    }
}
END_TEST

START_TEST(a_secret_of_another_length_is_not_sealed)
{
    struct proof_challenge challenge;

    ck_assert_int_eq(proof_matmul.make(&context, &gpu, "00", &challenge), STATUS_UNAVAILABLE);
}
END_TEST

START_TEST(graval_is_not_asked_about_what_is_missing)
{
    const struct proof_challenge challenge = { .seed = 1 };
    const struct proof_work nothing = { .sent = false };
    bool valid = true;

    ck_assert_int_eq(proof_graval.check(&context, &gpu, &challenge, &nothing, &valid), STATUS_OK);
    ck_assert(!valid);
}
END_TEST

START_TEST(providers_are_found_by_setting_and_by_name)
{
    ck_assert_ptr_eq(proof_algorithm_configured(&config), &proof_matmul);
    config.attestation.proof_of_work = PROOF_GRAVAL;
    ck_assert_ptr_eq(proof_algorithm_configured(&config), &proof_graval);
    config.attestation.proof_of_work = PROOF_UNSET;
    ck_assert_ptr_null(proof_algorithm_configured(&config));
    ck_assert_ptr_eq(proof_algorithm_of("rigger-matmul-v1"), &proof_matmul);
    ck_assert_ptr_eq(proof_algorithm_of("graval"), &proof_graval);
    ck_assert_ptr_null(proof_algorithm_of("rigger-matmul-v2"));
    ck_assert_ptr_null(proof_algorithm_of(NULL));
}
END_TEST

/* 0: no seed. GraVal 0.2.6 drew the second one. */
static const struct {
    const char *text;
    uint64_t seed;
} seeds[] = {
    { "1", 1 },
    { "15260347603272673613", 15260347603272673613U },
    { "9223372036854775807", INT64_MAX },
    { "9223372036854775808", (uint64_t)INT64_MAX + 1 },
    { "18446744073709551615", UINT64_MAX },
    { "18446744073709551616", 0 },
    { "99999999999999999999", 0 },
    { "0", 0 },
    { "-1", 0 },
    { "-18446744073709551615", 0 },
    { "+1", 0 },
    { " 1", 0 },
    { "1 ", 0 },
    { "1.0", 0 },
    { "1|", 0 },
    { "0x1", 0 },
    { "", 0 },
    { NULL, 0 },
};

START_TEST(a_seed_has_all_of_64_bits_and_is_not_0)
{
    uint64_t seed = 4711;

    ck_assert_int_eq(proof_seed_parse(seeds[_i].text, &seed), seeds[_i].seed != 0);
    ck_assert_uint_eq(seed, seeds[_i].seed != 0 ? seeds[_i].seed : 4711);
}
END_TEST

Suite *proof_suite(void)
{
    Suite *suite = suite_create("attest/proof");
    TCase *tests = tcase_create("proof");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_shown_is_enough_to_solve_and_what_is_kept_to_judge);
    tcase_add_test(tests, what_is_shown_does_not_tell_what_is_kept);
    tcase_add_test(tests, a_seed_is_drawn_anew_even_for_a_gpu_that_has_one);
    tcase_add_test(tests, a_work_product_of_another_kind_or_none_is_wrong);
    tcase_add_test(tests, a_challenge_whose_kept_part_is_spoilt_is_not_judged);
    tcase_add_test(tests, a_secret_of_another_length_is_not_sealed);
    tcase_add_test(tests, graval_is_not_asked_about_what_is_missing);
    tcase_add_test(tests, providers_are_found_by_setting_and_by_name);
    tcase_add_loop_test(tests, a_seed_has_all_of_64_bits_and_is_not_0, 0,
                        (int)(sizeof(seeds) / sizeof(seeds[0])));
    suite_add_tcase(suite, tests);
    return suite;
}
