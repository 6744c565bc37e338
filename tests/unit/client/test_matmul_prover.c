/* client/matmul_prover: solves what matmul.json describes with any number of threads, agrees with the
 * verifier, and ends in the result that fits where it cannot solve. */
#include "client/matmul_prover.h"

#include "check/vectors.h"
#include "core/encode.h"
#include "crypto/aes.h"

#include <check.h>
#include <json-c/json.h>
#include <sodium.h>
#include <string.h>
#include <sys/resource.h>

Suite *matmul_prover_suite(void);

static struct arena *arena;

static void set_up(void)
{
    ck_assert_int_ge(sodium_init(), 0);
    arena = arena_create((size_t)1 << 20);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* The tag of one row, as the server makes it. */
static void tag_of(const struct matmul_challenge *challenge, uint32_t row,
                   unsigned char tag[MATMUL_TAG_BYTES])
{
    unsigned char digest[1][MATMUL_DIGEST_BYTES];

    ck_assert(matmul_rows(challenge, &row, 1, digest));
    matmul_tag(digest[0], tag);
}

/* The digest opens what was sealed: the instance's key. */
static void assert_opens(const unsigned char digest[MATMUL_DIGEST_BYTES], json_object *described)
{
    const char *ciphertext = vectors_text(described, "ciphertext"),
               *expected = vectors_text(described, "symmetric_key");
    unsigned char key[AES256_KEY_BYTES], *sealed, *plain;
    ptrdiff_t plain_length;
    size_t length;

    sealed = base64_decode(arena, ciphertext, strlen(ciphertext), &length);
    ck_assert(sealed != NULL && length > AES_BLOCK_BYTES);
    plain = arena_alloc(arena, length);
    matmul_seal_key(digest, key);
    plain_length =
        aes_cbc_decrypt(key, sizeof(key), sealed, sealed + AES_BLOCK_BYTES, length - AES_BLOCK_BYTES, plain);
    ck_assert_int_eq(plain_length, (ptrdiff_t)strlen(expected));
    ck_assert_mem_eq(plain, expected, strlen(expected));
}

START_TEST(described_challenges_are_solved_with_any_number_of_threads)
{
    static const unsigned threads[] = { 1, 2, 3, 4, 64 };
    json_object *vectors = vectors_load("matmul.json");
    json_object *described = json_object_array_get_idx(vectors_list(vectors, "products"), (size_t)_i);
    json_object *secret = vectors_member(described, "secret");
    const struct matmul_challenge challenge = {
        .uuid = vectors_text(described, "uuid"),
        .seed = json_object_get_int64(vectors_member(described, "seed")),
        .iterations = (uint32_t)json_object_get_int(vectors_member(described, "iterations")),
        .n = (uint32_t)json_object_get_int(vectors_member(described, "n")),
    };
    unsigned char tag[MATMUL_TAG_BYTES];

    vectors_bytes(secret, "tag", tag, sizeof(tag));
    for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
        const struct matmul_effort effort = { .threads = threads[i] };
        struct matmul_solution solution;

        ck_assert_int_eq(matmul_prove(&challenge, tag, &effort, arena, &solution), MATMUL_SOLVED);
        ck_assert_int_eq((int)solution.row, json_object_get_int(vectors_member(secret, "row")));
        ck_assert_str_eq(solution.work_product, vectors_text(described, "work_product"));
        assert_opens(solution.digest, described);
    }
    json_object_put(vectors);
}
END_TEST

START_TEST(prover_and_verifier_agree_where_a_panel_has_several_tiles)
{
    const struct matmul_challenge challenge = { .uuid = "gpu", .seed = 12345, .iterations = 2, .n = 1024 };
    const struct matmul_effort effort = { .threads = 2 };
    unsigned char tag[MATMUL_TAG_BYTES];
    struct matmul_solution solution;
    bool valid = false;

    tag_of(&challenge, 1000, tag);
    ck_assert_int_eq(matmul_prove(&challenge, tag, &effort, arena, &solution), MATMUL_SOLVED);
    ck_assert_uint_eq(solution.row, 1000);
    ck_assert(matmul_verify(&challenge, 1000, MATMUL_ROWS_MAX - 1, solution.work_product, &valid));
    ck_assert(valid);
}
END_TEST

START_TEST(a_tag_of_no_row_ends_without_a_solution)
{
    const struct matmul_challenge challenge = { .uuid = "gpu", .seed = 1, .iterations = 1, .n = 256 };
    const struct matmul_challenge another = { .uuid = "gpu", .seed = 2, .iterations = 1, .n = 256 };
    const struct matmul_effort effort = { .threads = 1 };
    unsigned char tag[MATMUL_TAG_BYTES];
    struct matmul_solution solution;

    tag_of(&another, 0, tag);
    ck_assert_int_eq(matmul_prove(&challenge, tag, &effort, arena, &solution), MATMUL_NO_ROW);
}
END_TEST

/* What a progress callback saw. */
struct watch {
    int calls;
    double last;
    bool decreased;
    int cancel_at; /* the call that cancels; 0: none */
    atomic_bool cancel;
};

static void watch_progress(void *context, double fraction)
{
    struct watch *watch = context;

    watch->decreased = watch->decreased || fraction < watch->last || fraction < 0 || fraction > 1;
    watch->last = fraction;
    if (++watch->calls == watch->cancel_at)
        atomic_store(&watch->cancel, true);
}

START_TEST(progress_rises_to_one)
{
    const struct matmul_challenge challenge = { .uuid = "gpu", .seed = 1, .iterations = 3, .n = 256 };
    struct watch watch = { 0 };
    const struct matmul_effort effort = { .threads = 1, .progress = watch_progress, .context = &watch };
    unsigned char tag[MATMUL_TAG_BYTES];
    struct matmul_solution solution;

    tag_of(&challenge, 3, tag);
    ck_assert_int_eq(matmul_prove(&challenge, tag, &effort, arena, &solution), MATMUL_SOLVED);
    ck_assert_int_ge(watch.calls, 3 * 4);
    ck_assert(!watch.decreased);
    ck_assert(watch.last == 1.0);
}
END_TEST

START_TEST(work_that_is_cancelled_stops)
{
    const struct matmul_challenge challenge = { .uuid = "gpu", .seed = 1, .iterations = 3, .n = 256 };
    struct watch watch = { .cancel_at = _i };
    const struct matmul_effort effort = {
        .threads = 1, .progress = watch_progress, .context = &watch, .cancel = &watch.cancel
    };
    const unsigned char tag[MATMUL_TAG_BYTES] = { 0 };
    struct matmul_solution solution;

    atomic_store(&watch.cancel, _i == 0);
    ck_assert_int_eq(matmul_prove(&challenge, tag, &effort, arena, &solution), MATMUL_CANCELLED);
    ck_assert_int_eq(watch.calls, _i);
}
END_TEST

static const struct {
    struct matmul_challenge challenge;
    unsigned threads;
} invalid[] = {
    { { "gpu", 1, 1, 128 }, 1 },
    { { "gpu", 1, 1, 257 }, 1 },
    { { "gpu", 1, 1, 32768 }, 1 },
    { { "gpu", 1, 0, 256 }, 1 },
    { { "gpu", -1, 1, 256 }, 1 },
    { { "gpu", 1, 1, 256 }, 0 },
    { { "gpu", 1, 1, 256 }, MATMUL_PROVER_THREADS_MAX + 1 },
};

START_TEST(parameters_out_of_range_are_invalid)
{
    const struct matmul_effort effort = { .threads = invalid[_i].threads };
    const unsigned char tag[MATMUL_TAG_BYTES] = { 0 };
    struct matmul_solution solution;

    ck_assert_int_eq(matmul_prove(&invalid[_i].challenge, tag, &effort, arena, &solution), MATMUL_INVALID);
}
END_TEST

/* AddressSanitizer ends the process where malloc would return NULL. */
#ifndef __SANITIZE_ADDRESS__
START_TEST(matrices_that_do_not_fit_into_memory_are_a_result)
{
    const struct matmul_challenge challenge = { .uuid = "gpu", .seed = 1, .iterations = 1, .n = 16384 };
    const struct matmul_effort effort = { .threads = 1 };
    const unsigned char tag[MATMUL_TAG_BYTES] = { 0 };
    struct matmul_solution solution;
    struct rlimit before, tight;

    ck_assert_int_eq(getrlimit(RLIMIT_AS, &before), 0);
    tight = before;
    tight.rlim_cur = (rlim_t)1 << 30;
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &tight), 0);
    ck_assert_int_eq(matmul_prove(&challenge, tag, &effort, arena, &solution), MATMUL_NO_MEMORY);
    ck_assert_int_eq(setrlimit(RLIMIT_AS, &before), 0);
}
END_TEST
#endif

START_TEST(every_result_has_a_text_of_its_own)
{
    for (int i = MATMUL_SOLVED; i <= MATMUL_NO_MEMORY; i++) {
        for (int j = MATMUL_SOLVED; j < i; j++)
            ck_assert_str_ne(matmul_result_text((enum matmul_result)i),
                             matmul_result_text((enum matmul_result)j));
    }
}
END_TEST

Suite *matmul_prover_suite(void)
{
    Suite *suite = suite_create("client/matmul_prover");
    TCase *tests = tcase_create("matmul_prover");

    tcase_set_tags(tests, "vectors");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, described_challenges_are_solved_with_any_number_of_threads, 0,
                        vectors_count("matmul.json", "products"));
    tcase_add_test(tests, prover_and_verifier_agree_where_a_panel_has_several_tiles);
    tcase_add_test(tests, a_tag_of_no_row_ends_without_a_solution);
    tcase_add_test(tests, progress_rises_to_one);
    tcase_add_loop_test(tests, work_that_is_cancelled_stops, 0, 8);
    tcase_add_loop_test(tests, parameters_out_of_range_are_invalid, 0, sizeof(invalid) / sizeof(invalid[0]));
#ifndef __SANITIZE_ADDRESS__
    tcase_add_test(tests, matrices_that_do_not_fit_into_memory_are_a_result);
#endif
    tcase_add_test(tests, every_result_has_a_text_of_its_own);
    suite_add_tcase(suite, tests);
    return suite;
}
