/* programs/question: the words of a command, the line of a question, and what counts as an answer. */
#include "programs/question.h"

#include <check.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *question_suite(void);

static struct config config;

static const struct {
    const char *command, *words; /* with bars between; NULL: they cannot be made */
} commands[] = {
    { "/bin/tool", "/bin/tool" },
    { "  /bin/tool\t{salt}  ", "/bin/tool|a b" },
    { "/bin/tool {image_id}/{patch_version}-{exclude}", "/bin/tool|i/{salt}-/app/app.py" },
    { "/bin/tool {salt}{salt} {unknown} {salt", "/bin/tool|a ba b|{unknown}|{salt" },
    { "/t 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
      "/t|1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16|17|18|19|20|21|22|23|24|25|26|27|28|29|30|31" },
    { "/t 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32", NULL },
};

/* What is filled in is not looked at again: it is the pod's, or the chute's. */
START_TEST(what_is_asked_stands_in_the_words)
{
    const struct question question = { .kind = QUESTION_FILESYSTEM,
                                       .part = { "i", "{salt}", "a b", "app.py" } };
    struct question_words words;
    struct buf joined;

    config.attestation.filesystem_command = (char *)commands[_i].command;
    ck_assert_int_eq(question_make_words(&question, &config, &words), commands[_i].words != NULL);
    buf_init(&joined, 1000);
    for (size_t i = 0; commands[_i].words != NULL && words.list[i] != NULL; i++)
        buf_printf(&joined, "%s%s", i > 0 ? "|" : "", words.list[i]);
    if (commands[_i].words != NULL)
        ck_assert_str_eq(joined.data, commands[_i].words);
    buf_free(&joined);
    question_free_words(&words);
}
END_TEST

START_TEST(a_line_holds_nothing_but_json)
{
    const struct question question = { .kind = QUESTION_ENVIRONMENT,
                                       .part = { "\"}\n{\"id\":\"x\"}", "a\\b\x01", "k", "" } };
    struct buf line;

    buf_init(&line, 1000);
    question_line(&question, "0f", &line);
    ck_assert_str_eq(line.data, "{\"id\":\"0f\",\"env\":\"\\\"}\\n{\\\"id\\\":\\\"x\\\"}\","
                                "\"code\":\"a\\\\b\\u0001\",\"env_key\":\"k\"}\n");
    buf_free(&line);
}
END_TEST

static const struct {
    enum question_kind kind;
    const char *output, *answer; /* NULL: it is none */
} outputs[] = {
    { QUESTION_ENVIRONMENT, "{\"id\":\"0f\"}\n", "{\"id\":\"0f\"}" },
    { QUESTION_ENVIRONMENT, "{\"id\":\"0f\",\"env\":{}}", "{\"id\":\"0f\",\"env\":{}}" },
    { QUESTION_ENVIRONMENT, "{\"id\":\"0e\"}\n", NULL },
    { QUESTION_ENVIRONMENT, "{\"id\":15}\n", NULL },
    { QUESTION_ENVIRONMENT, "{\"env\":{}}\n", NULL },
    { QUESTION_ENVIRONMENT, "{\"id\":\"0f\"}\n{\"id\":\"0f\"}\n", NULL },
    { QUESTION_ENVIRONMENT, "{\n\"id\":\"0f\"}\n", NULL },
    { QUESTION_ENVIRONMENT, "{\"id\":\"0f\",\"id\":\"0f\"}\n", NULL },
    { QUESTION_ENVIRONMENT, "{\"id\":\"0f\"\n", NULL },
    { QUESTION_ENVIRONMENT, "[\"0f\"]\n", NULL },
    { QUESTION_ENVIRONMENT, "null\n", NULL },
    { QUESTION_ENVIRONMENT, "garbage\n", NULL },
    { QUESTION_ENVIRONMENT, "\n", NULL },
    { QUESTION_ENVIRONMENT, "", NULL },
    { QUESTION_FILESYSTEM, "RESULT:abc\n", "abc" },
    { QUESTION_FILESYSTEM, "chatter\r\nRESULT:abc\r\nRESULT:def\n", "abc" },
    { QUESTION_FILESYSTEM, "RESULT:abc", "abc" },
    { QUESTION_FILESYSTEM, "RESULT:\n", NULL },
    { QUESTION_FILESYSTEM, " RESULT:abc\n", NULL },
    { QUESTION_FILESYSTEM, "", NULL },
};

START_TEST(only_an_answer_is_read_as_one)
{
    const struct question question = { .kind = outputs[_i].kind };
    struct buf output, answer;

    buf_init(&output, 1000);
    buf_init(&answer, 1000);
    buf_puts(&output, outputs[_i].output);
    ck_assert_int_eq(question_read(&question, "0f", &output, &answer), outputs[_i].answer != NULL);
    if (outputs[_i].answer != NULL)
        ck_assert_str_eq(answer.data, outputs[_i].answer);
    buf_free(&output);
    buf_free(&answer);
}
END_TEST

START_TEST(a_digest_of_a_hostile_length_is_none)
{
    const struct question question = { .kind = QUESTION_FILESYSTEM };
    struct buf output, answer;

    buf_init(&output, 1000);
    buf_init(&answer, 1000);
    buf_puts(&output, "RESULT:");
    for (int i = 0; i < 256; i++)
        buf_puts(&output, "a");
    ck_assert(!question_read(&question, "", &output, &answer));
    buf_free(&output);
    buf_free(&answer);
}
END_TEST

START_TEST(the_same_answer_is_for_the_same_question_alone)
{
    struct question question = { .kind = QUESTION_FILESYSTEM, .part = { "i", "p", "s", "f" } };
    unsigned char first[QUESTION_KEY_BYTES], other[QUESTION_KEY_BYTES];

    config.attestation.filesystem_command = (char *)"/a";
    ck_assert(question_is_constant(&question, &config, first));
    for (int i = 0; i < QUESTION_PARTS; i++) {
        const char *before = question.part[i];

        ck_assert(question_is_constant(&question, &config, other));
        ck_assert_mem_eq(first, other, sizeof(first));
        question.part[i] = "x";
        ck_assert(question_is_constant(&question, &config, other));
        ck_assert_mem_ne(first, other, sizeof(first));
        question.part[i] = before;
    }
    config.attestation.filesystem_command = (char *)"/b";
    ck_assert(question_is_constant(&question, &config, other));
    ck_assert_mem_ne(first, other, sizeof(first));
    question.kind = QUESTION_ENVIRONMENT;
    ck_assert(!question_is_constant(&question, &config, other));
}
END_TEST

Suite *question_suite(void)
{
    Suite *suite = suite_create("programs/question");
    TCase *tests = tcase_create("question");

    tcase_add_loop_test(tests, what_is_asked_stands_in_the_words, 0, COUNT(commands));
    tcase_add_test(tests, a_line_holds_nothing_but_json);
    tcase_add_loop_test(tests, only_an_answer_is_read_as_one, 0, COUNT(outputs));
    tcase_add_test(tests, a_digest_of_a_hostile_length_is_none);
    tcase_add_test(tests, the_same_answer_is_for_the_same_question_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
