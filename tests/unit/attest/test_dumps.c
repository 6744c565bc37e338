/* attest/dumps: what a program may answer about a pod's dumps. */
#include "attest/dumps.h"

#include <check.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *dumps_suite(void);

static const struct {
    const char *line;
    bool is_answer;
    enum refusal refused;
} lines[] = {
    { "{\"id\":\"i\",\"env\":{\"a\":1},\"code\":{\"content\":\"\"}}", true, REFUSAL_NONE },
    { "{\"id\":\"i\",\"refused\":\"environment_unreadable\"}", true, REFUSAL_ENVIRONMENT_UNREADABLE },
    { "{\"id\":\"i\",\"refused\":\"code_unreadable\"}", true, REFUSAL_CODE_UNREADABLE },
    { "{\"id\":\"i\",\"refused\":\"code_differs\"}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"refused\":\"\"}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"refused\":null}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"refused\":false}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"refused\":\"code_unreadable\",\"env\":{}}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"refused\":\"code_unreadable\",\"env\":{},\"code\":{}}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"env\":{}}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"code\":{}}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"env\":{},\"code\":{},\"ok\":true}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"env\":\"{}\",\"code\":{}}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"env\":{},\"code\":\"aW1wb3J0\"}", false, REFUSAL_NONE },
    { "{\"id\":\"i\",\"env\":null,\"code\":null}", false, REFUSAL_NONE },
    { "{\"id\":\"i\"}", false, REFUSAL_NONE },
    { "[]", false, REFUSAL_NONE },
    { "no JSON", false, REFUSAL_NONE },
};

START_TEST(both_documents_or_a_refusal_and_nothing_else)
{
    struct arena *arena = arena_create((size_t)1 << 20);
    struct dumps dumps;

    ck_assert_msg(dumps_read_answer(arena, lines[_i].line, &dumps) == lines[_i].is_answer, "%s",
                  lines[_i].line);
    if (lines[_i].is_answer) {
        ck_assert_int_eq(dumps.refused, lines[_i].refused);
        ck_assert_int_eq(dumps.env != NULL && dumps.code != NULL, lines[_i].refused == REFUSAL_NONE);
    }
    arena_free(arena);
}
END_TEST

Suite *dumps_suite(void)
{
    Suite *suite = suite_create("attest/dumps");
    TCase *tests = tcase_create("answers");

    tcase_add_loop_test(tests, both_documents_or_a_refusal_and_nothing_else, 0, COUNT(lines));
    suite_add_tcase(suite, tests);
    return suite;
}
