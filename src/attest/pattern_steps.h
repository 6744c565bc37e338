/* What a pattern is once it is read. For pattern.c and pattern_read.c alone. */
#ifndef RIGGER_ATTEST_PATTERN_STEPS_H
#define RIGGER_ATTEST_PATTERN_STEPS_H

#include "attest/byte_set.h"
#include "attest/pattern.h"

#include <stdint.h>

#define PATTERN_SETS_MAX 256

enum step_kind { STEP_BYTE, STEP_SPLIT, STEP_ASSERT, STEP_PASS, STEP_END };

enum assertion {
    ASSERT_START,
    ASSERT_END,
    ASSERT_WORD_EDGE,
    ASSERT_NO_WORD_EDGE,
    ASSERT_WORD_START,
    ASSERT_WORD_END
};

struct step {
    enum step_kind kind;
    uint16_t next, other; /* other: of a split */
    uint16_t value;       /* the number of a set of bytes, or an assertion */
};

struct pattern {
    struct step *steps; /* the first one begins, the last one is STEP_END */
    size_t count;
    struct byte_set *sets;
    size_t set_count;
};

#endif
