/* The walk of a text through a pattern's steps. Reading patterns is pattern_read.c's. */
#include "attest/pattern_steps.h"

#include <string.h>

/* The steps that are possible at one place of the text. */
struct walk {
    const struct pattern *pattern;
    const unsigned char *text;
    size_t length, at;
    uint16_t *waiting; /* steps that take the next byte */
    size_t count;
    bool *seen;      /* steps that were looked at in this place */
    uint16_t *stack; /* steps to look at */
    bool matched;
};

static bool is_word(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           byte == '_';
}

static bool holds(const struct walk *walk, enum assertion assertion)
{
    bool before = walk->at > 0 && is_word(walk->text[walk->at - 1]);
    bool behind = walk->at < walk->length && is_word(walk->text[walk->at]);

    switch (assertion) {
    case ASSERT_START:
        return walk->at == 0;
    case ASSERT_END:
        return walk->at == walk->length;
    case ASSERT_WORD_EDGE:
        return before != behind;
    case ASSERT_NO_WORD_EDGE:
        return before == behind;
    case ASSERT_WORD_START:
        return !before && behind;
    case ASSERT_WORD_END:
        return before && !behind;
    }
    return false;
}

/* Adds a step and all that follow it without a byte. Each is looked at once, so that what repeats nothing
 * ends, and pushes two others at most. */
static void add(struct walk *walk, uint16_t first)
{
    size_t height = 0;

    walk->stack[height++] = first;
    while (height > 0) {
        uint16_t number = walk->stack[--height];
        const struct step *step = &walk->pattern->steps[number];

        if (walk->seen[number])
            continue;
        walk->seen[number] = true;
        switch (step->kind) {
        case STEP_BYTE:
            walk->waiting[walk->count++] = number;
            break;
        case STEP_SPLIT:
            walk->stack[height++] = step->other;
            walk->stack[height++] = step->next;
            break;
        case STEP_ASSERT:
            if (holds(walk, (enum assertion)step->value))
                walk->stack[height++] = step->next;
            break;
        case STEP_PASS:
            walk->stack[height++] = step->next;
            break;
        case STEP_END:
            walk->matched = true;
            break;
        }
    }
}

/* From one place of the text to the next. */
static void take_byte(struct walk *walk, const uint16_t *waiting, size_t count)
{
    unsigned char byte = walk->text[walk->at++];

    memset(walk->seen, 0, walk->pattern->count * sizeof(*walk->seen));
    walk->count = 0;
    for (size_t i = 0; i < count && !walk->matched; i++) {
        const struct step *step = &walk->pattern->steps[waiting[i]];

        if (walk->pattern->sets[step->value].bits[byte / 8] >> byte % 8 & 1)
            add(walk, step->next);
    }
}

bool pattern_matches(struct arena *arena, const struct pattern *pattern, const char *text, size_t length)
{
    const size_t count = pattern->count;
    uint16_t *waiting = arena_alloc(arena, count * sizeof(*waiting));
    struct walk walk = {
        .pattern = pattern,
        .text = (const unsigned char *)text,
        .length = length,
        .waiting = arena_alloc(arena, count * sizeof(uint16_t)),
        .seen = arena_alloc(arena, count * sizeof(bool)),
        .stack = arena_alloc(arena, (2 * count + 1) * sizeof(uint16_t)),
    };

    /* rule: pattern.text */
    if (length > PATTERN_TEXT_MAX)
        return false;
    add(&walk, 0);
    while (!walk.matched && walk.at < length) {
        uint16_t *taken = walk.waiting;

        walk.waiting = waiting;
        waiting = taken;
        take_byte(&walk, taken, walk.count);
        if (!walk.matched) /* it may begin here as well */
            add(&walk, 0);
    }
    return walk.matched;
}
