/* launch/checks: which checks run at which moment, for which SDK and configuration, and in which order. The
 * provider of the proof of work is a toy that exists here alone: the interface is all that it needs. */
#include "launch/checks.h"

#include "core/encode.h"
#include "crypto/aes.h"
#include "launch/challenge.h"
#include "json/json.h"

#include <check.h>
#include <sodium.h>
#include <string.h>

Suite *checks_suite(void);

#define KEY_TEXT  "07070707070707070707070707070707"
#define CONFIG_ID "11111111-2222-4333-8444-555555555555"
#define DIGEST    "/bin/echo RESULT:"

static struct config config;
static struct arena *arena;
static struct launch launch;
static bool toy_works;

/* The toy: seals nothing, shows a hint, keeps a list, and takes any work product that is the hint doubled. */
static enum status toy_make(const struct proof_context *context, const struct proof_gpu *gpu,
                            const char *secret, struct proof_challenge *challenge)
{
    (void)gpu;
    *challenge = (struct proof_challenge){ .seed = 9, .ciphertext = secret };
    challenge->shown = json_tokener_parse("{\"hint\": 21}");
    challenge->kept = json_tokener_parse("[42]");
    json_defer(context->arena, challenge->shown);
    json_defer(context->arena, challenge->kept);
    return STATUS_OK;
}

static enum status toy_check(const struct proof_context *context, const struct proof_gpu *gpu,
                             const struct proof_challenge *challenge, const struct proof_work *work,
                             bool *valid)
{
    ck_assert_ptr_eq(context->arena, arena);
    ck_assert_str_eq(gpu->uuid, "gpu");
    *valid = json_object_equal(work->product, json_object_array_get_idx(challenge->kept, 0));
    return toy_works ? STATUS_OK : STATUS_UNAVAILABLE;
}

static const struct proof_algorithm toy = { .name = "toy", .make = toy_make, .check = toy_check };

static json_object *json(const char *text)
{
    json_object *object = json_tokener_parse(text);

    ck_assert_ptr_nonnull(object);
    json_defer(arena, object);
    return object;
}

/* What a pod sends that solved the challenge. */
static json_object *solved_body(void)
{
    const unsigned char key[AES128_KEY_BYTES] = { 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
    const unsigned char iv[AES_BLOCK_BYTES] = { 0 };
    const char *plain = "secret is " CONFIG_ID " 9";
    unsigned char cipher[128];
    size_t length = aes_cbc_encrypt(key, sizeof(key), iv, plain, strlen(plain), cipher);

    return json(arena_printf(arena,
                             "{\"response\": \"%s\", \"iv\": \"00000000000000000000000000000000\","
                             " \"proof\": {\"gpu\": {\"work_product\": 42}}}",
                             base64_encode(arena, cipher, length)));
}

static void set_up(void)
{
    const struct proof_context context = { .config = &config,
                                           .arena = arena = arena_create((size_t)1 << 20) };

    ck_assert_int_ge(sodium_init(), 0);
    toy_works = true;
    memset(&config, 0, sizeof(config));
    config.attestation.environment = ENVIRONMENT_NONE;
    config.attestation.filesystem = FILESYSTEM_NONE;
    config.attestation.filesystem_command = (char *)DIGEST "{salt}";
    config.attestation.filesystem_timeout_ms = 10000;
    config.attestation.programs_at_once = 1;
    config.attestation.program_memory_mb = 2048;
    launch = (struct launch){
        .config = &config,
        .arena = arena,
        .deadline_ms = INT64_MAX,
        .config_id = CONFIG_ID,
        .seed = "9",
        .digest_with_claim = true,
        .image_id = "image",
        .filename = "app.py",
        .symmetric_key = KEY_TEXT,
        .algorithm = &toy,
        .gpu = { .uuid = "gpu", .device_info = "{}", .iterations = 1 },
    };
    ck_assert_int_eq(toy.make(&context, &launch.gpu, KEY_TEXT, &launch.challenge), STATUS_OK);
    launch.body = solved_body();
}

static void tear_down(void)
{
    arena_free(arena);
}

static enum refusal run(enum launch_moment moment)
{
    enum refusal failure = REFUSAL_COUNT;

    ck_assert_int_eq(checks_run(&launch, moment, &failure), STATUS_OK);
    return failure;
}

START_TEST(a_provider_that_nobody_else_knows_is_shown_and_judged)
{
    json_object *answer = challenge_describe(arena, CONFIG_ID, NULL, &launch.gpu, &launch.challenge);

    json_defer(arena, answer);
    ck_assert_str_eq(
        json_object_to_json_string_ext(answer, JSON_C_TO_STRING_PLAIN),
        "{\"seed\":9,\"iterations\":1,\"job_id\":null,\"symmetric_key\":{\"ciphertext\":\"" KEY_TEXT
        "\",\"uuid\":\"gpu\",\"response_plaintext\":\"secret is " CONFIG_ID " 9\"},\"hint\":21}");
    ck_assert_int_eq(run(LAUNCH_ATTEMPT), REFUSAL_NONE);
    json_object_object_del(launch.body, "proof");
    json_object_object_add(launch.body, "proof", json_tokener_parse("{\"gpu\": {\"work_product\": 41}}"));
    ck_assert_int_eq(run(LAUNCH_ATTEMPT), REFUSAL_PROOF_WRONG);
}
END_TEST

START_TEST(a_challenge_tells_its_job)
{
    json_object *answer = challenge_describe(arena, CONFIG_ID, "job", &launch.gpu, &launch.challenge);

    ck_assert_str_eq(json_get_text(answer, "job_id"), "job");
    json_object_put(answer);
}
END_TEST

START_TEST(what_is_configured_is_known_beforehand)
{
    ck_assert(!checks_are_configured(&config, LAUNCH_CLAIM));
    ck_assert(checks_are_configured(&config, LAUNCH_ATTEMPT));
    config.attestation.filesystem = FILESYSTEM_COMMAND;
    ck_assert(checks_are_configured(&config, LAUNCH_CLAIM));
    config.attestation.filesystem = FILESYSTEM_NONE;
    config.attestation.environment = ENVIRONMENT_OLD_ENV_DUMP;
    ck_assert(checks_are_configured(&config, LAUNCH_CLAIM));
}
END_TEST

/* The tool's digest is the salt. */
START_TEST(the_digest_comes_with_the_claim_or_else_with_the_attempt)
{
    static const struct {
        bool with_claim;
        const char *digest;
        bool claim_passes, attempt_passes;
    } cases[] = {
        { true, CONFIG_ID, true, true },   { true, "9", false, true }, { true, "other", false, true },
        { false, CONFIG_ID, true, false }, { false, "9", true, true }, { false, "other", true, false },
    };

    config.attestation.filesystem = FILESYSTEM_COMMAND;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        launch.digest_with_claim = cases[i].with_claim;
        json_object_object_add(launch.body, "fsv", json_object_new_string(cases[i].digest));
        ck_assert_msg((run(LAUNCH_CLAIM) == REFUSAL_NONE) == cases[i].claim_passes, "case %zu", i);
        ck_assert_msg((run(LAUNCH_ATTEMPT) == REFUSAL_NONE) == cases[i].attempt_passes, "case %zu", i);
    }
}
END_TEST

START_TEST(the_first_failure_is_the_one_that_counts)
{
    config.attestation.filesystem = FILESYSTEM_COMMAND;
    launch.digest_with_claim = false;
    launch.probe_ports = "[]";
    ck_assert_int_eq(run(LAUNCH_ATTEMPT), REFUSAL_FILESYSTEM_DIFFERS);
    launch.challenge.kept = json("[43]");
    ck_assert_int_eq(run(LAUNCH_ATTEMPT), REFUSAL_PROOF_WRONG);
    launch.symmetric_key = "08080808080808080808080808080808";
    ck_assert_int_eq(run(LAUNCH_ATTEMPT), REFUSAL_ANSWER_WRONG);
}
END_TEST

START_TEST(a_job_whose_address_is_unknown_does_not_answer)
{
    launch.probe_ports = "[]";
    ck_assert_int_eq(run(LAUNCH_ATTEMPT), REFUSAL_PORTS_SILENT);
}
END_TEST

START_TEST(no_verdict_is_no_failure)
{
    enum refusal failure = REFUSAL_COUNT;

    toy_works = false;
    ck_assert_int_eq(checks_run(&launch, LAUNCH_ATTEMPT, &failure), STATUS_UNAVAILABLE);
    toy_works = true;
    launch.algorithm = NULL;
    ck_assert_int_eq(checks_run(&launch, LAUNCH_ATTEMPT, &failure), STATUS_UNAVAILABLE);
    launch.algorithm = &toy;
    launch.probe_ports = "[";
    ck_assert_int_eq(checks_run(&launch, LAUNCH_ATTEMPT, &failure), STATUS_UNAVAILABLE);
    config.attestation.filesystem = FILESYSTEM_COMMAND;
    config.attestation.filesystem_command = (char *)"/bin/false";
    ck_assert_int_eq(checks_run(&launch, LAUNCH_CLAIM, &failure), STATUS_UNAVAILABLE);
    ck_assert_int_eq(failure, REFUSAL_NONE);
}
END_TEST

START_TEST(an_answer_is_right_under_its_key_and_iv_alone)
{
    static const char *const ivs[] = { "", "00", "01000000000000000000000000000000", "zz" };

    ck_assert(challenge_is_answered(&launch));
    for (size_t i = 0; i < sizeof(ivs) / sizeof(ivs[0]); i++) {
        json_object_object_add(launch.body, "iv", json_object_new_string(ivs[i]));
        ck_assert(!challenge_is_answered(&launch));
    }
    launch.body = solved_body();
    json_object_object_add(launch.body, "response", json_object_new_string("?"));
    ck_assert(!challenge_is_answered(&launch));
    launch.body = solved_body();
    launch.challenge.seed = 10;
    ck_assert(!challenge_is_answered(&launch));
    launch.challenge.seed = 9;
    launch.config_id = "another";
    ck_assert(!challenge_is_answered(&launch));
}
END_TEST

Suite *checks_suite(void)
{
    Suite *suite = suite_create("launch/checks");
    TCase *tests = tcase_create("checks");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_provider_that_nobody_else_knows_is_shown_and_judged);
    tcase_add_test(tests, a_challenge_tells_its_job);
    tcase_add_test(tests, what_is_configured_is_known_beforehand);
    tcase_add_test(tests, the_digest_comes_with_the_claim_or_else_with_the_attempt);
    tcase_add_test(tests, the_first_failure_is_the_one_that_counts);
    tcase_add_test(tests, a_job_whose_address_is_unknown_does_not_answer);
    tcase_add_test(tests, no_verdict_is_no_failure);
    tcase_add_test(tests, an_answer_is_right_under_its_key_and_iv_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
