/* Reads a pattern into steps. An atom that is repeated is read again for each time that it may occur, and
 * every atom makes a step at least, so that the number of steps bounds the work. It matches nothing itself.
 */
#include "attest/byte_set.h"
#include "attest/pattern_steps.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX   32
#define REPEATS_MAX 8 /* behind one atom */
#define FOREVER     SIZE_MAX
#define WHITE       " \t\n\v\f\r"

struct reader {
    const char *at;
    struct pattern *pattern;
    unsigned depth;
    const char *error; /* the first one; NULL: none */
};

/* How often an atom may occur. */
struct repeat {
    size_t least, most;
};

static void read_alternatives(struct reader *reader);

static void fail(struct reader *reader, const char *error)
{
    if (reader->error == NULL)
        reader->error = error;
}

/* Adds a step that goes on to the one behind it; its number. */
static size_t put(struct reader *reader, enum step_kind kind, size_t value)
{
    struct pattern *pattern = reader->pattern;
    size_t number = pattern->count;

    /* rule: pattern.steps */
    if (number == PATTERN_STEPS_MAX) {
        fail(reader, "it is too large, with all of its repetitions");
        return number - 1;
    }
    pattern->steps[number] =
        (struct step){ .kind = kind, .next = (uint16_t)(number + 1), .value = (uint16_t)value };
    pattern->count++;
    return number;
}

static void put_set(struct reader *reader, const struct byte_set *set)
{
    struct pattern *pattern = reader->pattern;
    size_t number = 0;

    while (number < pattern->set_count && memcmp(&pattern->sets[number], set, sizeof(*set)) != 0)
        number++;
    if (number == PATTERN_SETS_MAX) {
        fail(reader, "it has too many different sets of characters");
        return;
    }
    pattern->sets[number] = *set;
    if (number == pattern->set_count)
        pattern->set_count++;
    put(reader, STEP_BYTE, number);
}

/* Takes [:class:], [=x=] or [.x.] within brackets. *single: the one character of the last; -1: a class. */
static bool read_named(struct reader *reader, struct byte_set *set, int *single)
{
    const char kind = reader->at[1], *name = reader->at + 2, *end = strchr(name, kind);

    while (end != NULL && end[1] != ']')
        end = strchr(end + 1, kind);
    if (end == NULL) {
        fail(reader, "a name in brackets has no end");
        return false;
    }
    *single = -1;
    if (kind == ':') {
        if (!byte_set_add_class(set, name, (size_t)(end - name)))
            fail(reader, "it names a class of characters that there is not");
    } else if (end - name == 1 && kind == '=') {
        byte_set_add(set, (unsigned char)*name); /* a class as well: no range begins or ends with it */
    } else if (end - name == 1) {
        *single = (unsigned char)*name;
    } else {
        fail(reader, "it names a character that there is not");
    }
    reader->at = end + 2;
    return reader->error == NULL;
}

static bool is_named(const char *at)
{
    return at[0] == '[' && (at[1] == ':' || at[1] == '=' || at[1] == '.');
}

/* One member of a list in brackets; -1: a class, which is in the set now, or an error. */
static int read_member(struct reader *reader, struct byte_set *set)
{
    int single;

    if (is_named(reader->at))
        return read_named(reader, set, &single) ? single : -1;
    return (unsigned char)*reader->at++;
}

/* Takes a list in brackets; the opening one is next. */
static void read_brackets(struct reader *reader, struct byte_set *set)
{
    bool inverted = reader->at[1] == '^', first = true;

    reader->at += inverted ? 2 : 1;
    for (; first || *reader->at != ']'; first = false) {
        int from, to;

        if (*reader->at == '\0') {
            fail(reader, "a bracket is not closed");
            return;
        }
        if (!first && reader->at[0] == '-' && reader->at[1] != ']') {
            fail(reader, "a hyphen in brackets is neither the first nor the last");
            return;
        }
        from = to = read_member(reader, set);
        if (reader->error != NULL)
            return;
        if (reader->at[0] == '-' && reader->at[1] != ']' && reader->at[1] != '\0') {
            reader->at++;
            to = read_member(reader, set);
            if (from < 0 || to < from) {
                fail(reader, "a range in brackets has no order");
                return;
            }
        }
        if (from >= 0)
            byte_set_add_range(set, (unsigned char)from, (unsigned char)to);
    }
    reader->at++;
    if (inverted)
        byte_set_invert(set);
}

/* Takes what stands behind a backslash. */
static void read_escape(struct reader *reader)
{
    static const struct {
        char letter;
        enum assertion assertion;
    } assertions[] = {
        { 'b', ASSERT_WORD_EDGE }, { 'B', ASSERT_NO_WORD_EDGE }, { '<', ASSERT_WORD_START },
        { '>', ASSERT_WORD_END },  { '`', ASSERT_START },        { '\'', ASSERT_END },
    };
    char letter = reader->at[1];
    struct byte_set set = { { 0 } };

    if (letter == '\0') {
        fail(reader, "it ends in a backslash");
        return;
    }
    if (letter >= '1' && letter <= '9') {
        fail(reader, "it has a back-reference");
        return;
    }
    reader->at += 2;
    for (size_t i = 0; i < sizeof(assertions) / sizeof(assertions[0]); i++) {
        if (assertions[i].letter == letter) {
            put(reader, STEP_ASSERT, assertions[i].assertion);
            return;
        }
    }
    if (letter == 'w' || letter == 'W')
        byte_set_add_word(&set);
    else if (letter == 's' || letter == 'S')
        byte_set_add_all(&set, WHITE);
    else
        byte_set_add(&set, (unsigned char)letter);
    if (letter == 'W' || letter == 'S')
        byte_set_invert(&set);
    put_set(reader, &set);
}

static void read_group(struct reader *reader)
{
    reader->at++;
    /* rule: pattern.depth */
    if (++reader->depth > DEPTH_MAX) {
        fail(reader, "it is nested too deeply");
        return;
    }
    put(reader, STEP_PASS, 0); /* a group may be empty */
    read_alternatives(reader);
    if (reader->error == NULL && *reader->at != ')')
        fail(reader, "a parenthesis is not closed");
    reader->at++;
    reader->depth--;
}

static void read_atom(struct reader *reader)
{
    struct byte_set set = { { 0 } };

    switch (*reader->at) {
    case '(':
        read_group(reader);
        return;
    case '\\':
        read_escape(reader);
        return;
    case '^':
    case '$':
        put(reader, STEP_ASSERT, *reader->at++ == '^' ? ASSERT_START : ASSERT_END);
        return;
    case '[':
        read_brackets(reader, &set);
        break;
    case '.':
        byte_set_invert(&set);
        reader->at++;
        break;
    default:
        byte_set_add(&set, (unsigned char)*reader->at++);
    }
    put_set(reader, &set);
}

/* Takes a number of at most five digits; `otherwise` where there is none. */
static size_t read_number(struct reader *reader, size_t otherwise)
{
    size_t digits = strspn(reader->at, "0123456789");
    size_t number = digits > 0 ? strtoul(reader->at, NULL, 10) : otherwise;

    if (digits > 5)
        fail(reader, "a repetition is too large");
    reader->at += digits;
    return number;
}

/* Takes *, +, ? or {…}. False: none of them is next, or it is wrong. */
static bool read_repeat(struct reader *reader, struct repeat *repeat)
{
    char kind = *reader->at;

    if (kind == '\0' || strchr("*+?{", kind) == NULL)
        return false;
    reader->at++;
    *repeat = (struct repeat){ .least = kind == '+', .most = kind == '?' ? 1 : FOREVER };
    if (kind != '{')
        return true;
    if (*reader->at == '}' || strspn(reader->at, "0123456789,}") == 0) {
        fail(reader, "a repetition in braces is wrong");
        return false;
    }
    repeat->least = repeat->most = read_number(reader, 0);
    if (*reader->at == ',') {
        reader->at++;
        repeat->most = read_number(reader, FOREVER);
    }
    if (*reader->at++ != '}' || repeat->least > repeat->most)
        fail(reader, "a repetition in braces is wrong");
    return reader->error == NULL;
}

/* Emits the atom at `atom`, repeated by the last of `count` repeats, each time repeated by those before. */
static void put_repeated(struct reader *reader, const char *atom, const struct repeat *repeats, size_t count)
{
    const struct repeat *last = repeats + count - 1;
    size_t open = SIZE_MAX,
           loop; /* open: the splits that end at the end, each with the one before as other */

    if (count == 0) {
        reader->at = atom;
        read_atom(reader);
        return;
    }
    put(reader, STEP_PASS, 0);
    for (size_t i = 0; i < last->least && reader->error == NULL; i++)
        put_repeated(reader, atom, repeats, count - 1);
    if (last->most == FOREVER) {
        loop = put(reader, STEP_SPLIT, 0);
        put_repeated(reader, atom, repeats, count - 1);
        reader->pattern->steps[put(reader, STEP_PASS, 0)].next = (uint16_t)loop;
        reader->pattern->steps[loop].other = (uint16_t)reader->pattern->count;
        return;
    }
    for (size_t i = last->least; i < last->most && reader->error == NULL; i++) {
        size_t split = put(reader, STEP_SPLIT, 0);

        reader->pattern->steps[split].other = (uint16_t)open;
        open = split;
        put_repeated(reader, atom, repeats, count - 1);
    }
    while (open != SIZE_MAX && reader->error == NULL) {
        uint16_t before = reader->pattern->steps[open].other;

        reader->pattern->steps[open].other = (uint16_t)reader->pattern->count;
        open = before == UINT16_MAX ? SIZE_MAX : before;
    }
}

/* True where the atom at `at` takes no character: nothing can be repeated there. */
static bool is_assertion(const char *at)
{
    return *at == '^' || *at == '$' || (*at == '\\' && at[1] != '\0' && strchr("bB<>`'", at[1]) != NULL);
}

/* An atom with what repeats it. It is read once to find its end, and then as often as it is repeated. */
static void read_piece(struct reader *reader)
{
    struct repeat repeats[REPEATS_MAX];
    const char *atom = reader->at, *end;
    size_t steps = reader->pattern->count, count = 0;

    if (strchr("*+?{", *atom) != NULL) {
        fail(reader, "there is nothing to repeat");
        return;
    }
    read_atom(reader);
    if (reader->error != NULL || is_assertion(atom))
        return;
    while (count < REPEATS_MAX && read_repeat(reader, &repeats[count]))
        count++;
    end = reader->at;
    if (count == REPEATS_MAX)
        fail(reader, "it repeats repetitions too often");
    if (count == 0 || reader->error != NULL)
        return;
    reader->pattern->count = steps;
    put_repeated(reader, atom, repeats, count);
    reader->at = end;
}

static bool ends_branch(const struct reader *reader)
{
    /* A parenthesis that closes nothing is an ordinary character. */
    return *reader->at == '\0' || *reader->at == '|' || (*reader->at == ')' && reader->depth > 0);
}

/* Takes branches up to the end or the closing parenthesis, which stays. */
static void read_alternatives(struct reader *reader)
{
    size_t ends = SIZE_MAX; /* the last steps of the branches before, each with the one before as other */
    struct step *steps = reader->pattern->steps;

    for (;;) {
        size_t split = put(reader, STEP_SPLIT, 0), end;

        while (reader->error == NULL && !ends_branch(reader))
            read_piece(reader);
        if (reader->error != NULL)
            return;
        end = put(reader, STEP_PASS, 0);
        steps[end].other = (uint16_t)ends;
        ends = end;
        if (*reader->at != '|') {
            steps[split].kind = STEP_PASS;
            break;
        }
        reader->at++;
        steps[split].other = (uint16_t)reader->pattern->count;
    }
    while (ends != SIZE_MAX) {
        uint16_t before = steps[ends].other;

        steps[ends].next = (uint16_t)reader->pattern->count;
        ends = before == UINT16_MAX ? SIZE_MAX : before;
    }
}

const struct pattern *pattern_compile(struct arena *arena, const char *text, const char **error)
{
    struct pattern *pattern = arena_alloc(arena, sizeof(*pattern));
    struct reader reader = { .at = text, .pattern = pattern };

    *error = NULL;
    /* rule: pattern.length */
    if (strlen(text) > PATTERN_BYTES_MAX) {
        *error = "it is too long";
        return NULL;
    }
    pattern->steps = arena_alloc(arena, PATTERN_STEPS_MAX * sizeof(*pattern->steps));
    pattern->sets = arena_alloc(arena, (PATTERN_SETS_MAX + 1) * sizeof(*pattern->sets));
    read_alternatives(&reader);
    put(&reader, STEP_END, 0);
    *error = reader.error;
    return reader.error == NULL ? pattern : NULL;
}
