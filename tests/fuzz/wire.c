/* Bytes between an asker and the process of programs, behind a byte that says which way they go: what is
 * whole lies within them, and a beginning of it is not yet whole; what is wrong stays wrong with more behind
 * it. */
#include "programs/wire.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define BYTES_MAX 16384

void fuzz_wire(const unsigned char *data, size_t size);

static enum wire_state read_question(const struct buf *bytes)
{
    struct question question;
    enum wire_state state = wire_read_question(bytes, &question);

    if (state != WIRE_WHOLE)
        return state;
    FUZZ_CHECK(question.kind < QUESTION_KIND_COUNT);
    for (int i = 0; i < QUESTION_PARTS; i++)
        FUZZ_CHECK(question.part[i] > bytes->data &&
                   question.part[i] + strlen(question.part[i]) < bytes->data + bytes->length);
    return state;
}

static enum wire_state read_answer(const struct buf *bytes)
{
    const char *answer = NULL;
    enum wire_state state = wire_read_answer(bytes, &answer);

    if (state == WIRE_WHOLE && answer != NULL)
        FUZZ_CHECK(answer > bytes->data && answer + strlen(answer) <= bytes->data + bytes->length);
    return state;
}

void fuzz_wire(const unsigned char *data, size_t size)
{
    struct fuzz_rest rest = { data, size };
    bool asks = fuzz_byte(&rest) % 2 == 0;
    enum wire_state state = WIRE_MORE, before = WIRE_MORE;
    struct buf bytes;

    buf_init(&bytes, BYTES_MAX);
    for (size_t at = 0; at <= rest.size; at++) {
        state = asks ? read_question(&bytes) : read_answer(&bytes);
        FUZZ_CHECK(before != WIRE_WHOLE || state == WIRE_WHOLE);
        FUZZ_CHECK(before != WIRE_WRONG || state == WIRE_WRONG);
        before = state;
        if (at < rest.size)
            buf_append(&bytes, rest.data + at, 1);
    }
    FUZZ_CHECK(bytes.failed || bytes.length == rest.size);
    buf_free(&bytes);
}
