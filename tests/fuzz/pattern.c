/* A pattern, and behind its line a text: a pattern that can be used has no more steps than it may have, means
 * what it means to glibc, and says the same of a text in parentheses, beside another that matches nothing,
 * and once more. */
#include "attest/pattern.h"
#include "attest/pattern_steps.h"
#include "fuzz/fuzz.h"

#include <regex.h>
#include <string.h>

/* glibc may take very long for more. */
#define GLIBC_PATTERN_MAX 24
#define GLIBC_TEXT_MAX    32

void fuzz_pattern(const unsigned char *data, size_t size);

static void check_steps(const struct pattern *pattern)
{
    FUZZ_CHECK(pattern->count > 0 && pattern->count <= PATTERN_STEPS_MAX);
    FUZZ_CHECK(pattern->set_count <= PATTERN_SETS_MAX);
    FUZZ_CHECK(pattern->steps[pattern->count - 1].kind == STEP_END);
    for (size_t i = 0; i + 1 < pattern->count; i++) {
        const struct step *step = &pattern->steps[i];

        FUZZ_CHECK(step->kind != STEP_END && step->next < pattern->count);
        FUZZ_CHECK(step->kind != STEP_SPLIT || step->other < pattern->count);
        FUZZ_CHECK(step->kind != STEP_BYTE || step->value < pattern->set_count);
    }
}

static bool says(struct arena *arena, const char *pattern, const struct fuzz_rest *text, bool otherwise)
{
    const char *error;
    const struct pattern *ready = pattern_compile(arena, pattern, &error);

    return ready == NULL ? otherwise : pattern_matches(arena, ready, (const char *)text->data, text->size);
}

/* glibc forgets some assertions within what is repeated: it finds "(a^b|c){2,2}d?$" in "abcabd". */
static bool is_beyond_glibc(const char *text)
{
    bool asserts = strpbrk(text, "$\\") != NULL;

    for (const char *at = strchr(text, '^'); at != NULL; at = strchr(at + 1, '^'))
        asserts = asserts || at == text || at[-1] != '[';
    return asserts && strpbrk(text, "*+?{") != NULL;
}

static void check_with_glibc(const char *text, const char *line, bool matched)
{
    regex_t expected;

    FUZZ_CHECK(regcomp(&expected, text, REG_EXTENDED | REG_NOSUB) == 0);
    if (!is_beyond_glibc(text))
        FUZZ_CHECK((regexec(&expected, line, 0, NULL, 0) == 0) == matched);
    regfree(&expected);
}

void fuzz_pattern(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const char *text = fuzz_line(arena, &rest), *error;
    const struct pattern *pattern = pattern_compile(arena, text, &error);
    bool matched;

    FUZZ_CHECK((pattern == NULL) == (error != NULL));
    if (pattern == NULL)
        return;
    check_steps(pattern);
    matched = pattern_matches(arena, pattern, (const char *)rest.data, rest.size);
    FUZZ_CHECK(says(arena, text, &rest, !matched) == matched);
    if (rest.size > PATTERN_TEXT_MAX) {
        FUZZ_CHECK(!matched);
        return;
    }
    if (strchr(text, ')') == NULL) /* one without a parenthesis to close stands for itself */
        FUZZ_CHECK(says(arena, arena_printf(arena, "(%s)", text), &rest, matched) == matched);
    FUZZ_CHECK(says(arena, arena_printf(arena, "x\\`y|%s", text), &rest, matched) == matched);
    FUZZ_CHECK(says(arena, arena_printf(arena, "%s|", text), &rest, true));
    if (strlen(text) <= GLIBC_PATTERN_MAX && rest.size <= GLIBC_TEXT_MAX &&
        (rest.size == 0 ||
         (memchr(rest.data, '\0', rest.size) == NULL && /* a line's end is a text's to glibc */
          memchr(rest.data, '\n', rest.size) == NULL)))
        check_with_glibc(text, fuzz_text(arena, rest.data, rest.size), matched);
}
