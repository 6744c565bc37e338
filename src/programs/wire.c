/* A head with the lengths, then the texts, each with its NUL. */
#include "programs/wire.h"

#include <stdint.h>
#include <string.h>

struct question_head {
    uint32_t kind;
    uint32_t lengths[QUESTION_PARTS]; /* without the NULs */
    int64_t deadline_ms;
};

struct answer_head {
    uint32_t answered;
    uint32_t length;
};

void wire_write_question(struct buf *bytes, const struct question *question)
{
    struct question_head head = { .kind = question->kind, .deadline_ms = question->deadline_ms };

    for (int i = 0; i < QUESTION_PARTS; i++)
        head.lengths[i] = (uint32_t)strlen(question->part[i]);
    buf_append(bytes, &head, sizeof(head));
    for (int i = 0; i < QUESTION_PARTS; i++)
        buf_append(bytes, question->part[i], head.lengths[i] + (size_t)1);
}

enum wire_state wire_read_question(const struct buf *bytes, struct question *question)
{
    struct question_head head;
    size_t whole = sizeof(head), at = sizeof(head);

    if (bytes->length < sizeof(head))
        return WIRE_MORE;
    memcpy(&head, bytes->data, sizeof(head));
    if (head.kind >= QUESTION_KIND_COUNT)
        return WIRE_WRONG;
    for (int i = 0; i < QUESTION_PARTS; i++)
        whole += head.lengths[i] + (size_t)1;
    if (whole > bytes->max)
        return WIRE_WRONG;
    if (bytes->length < whole)
        return WIRE_MORE;
    *question = (struct question){ .kind = (enum question_kind)head.kind, .deadline_ms = head.deadline_ms };
    for (int i = 0; i < QUESTION_PARTS; i++) {
        question->part[i] = bytes->data + at;
        at += head.lengths[i] + (size_t)1;
        if (bytes->data[at - 1] != '\0')
            return WIRE_WRONG;
    }
    return WIRE_WHOLE;
}

void wire_write_answer(struct buf *bytes, const struct buf *answer)
{
    struct answer_head head = { .answered = answer != NULL };

    if (answer != NULL)
        head.length = (uint32_t)answer->length;
    buf_append(bytes, &head, sizeof(head));
    if (answer != NULL)
        buf_append(bytes, answer->data, answer->length);
}

enum wire_state wire_read_answer(const struct buf *bytes, const char **answer)
{
    struct answer_head head;

    if (bytes->length < sizeof(head))
        return WIRE_MORE;
    memcpy(&head, bytes->data, sizeof(head));
    if (bytes->length < sizeof(head) + head.length)
        return WIRE_MORE;
    *answer = head.answered != 0 ? bytes->data + sizeof(head) : NULL;
    return WIRE_WHOLE;
}
