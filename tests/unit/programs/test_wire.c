/* programs/wire: what goes in comes out, in whatever pieces it arrives, and nothing else. */
#include "programs/wire.h"

#include <check.h>
#include <string.h>

Suite *wire_suite(void);

static const struct question question = { .kind = QUESTION_FILESYSTEM,
                                          .part = { "image", "", "salt", "app.py" },
                                          .deadline_ms = 12345 };

START_TEST(a_question_arrives_in_pieces)
{
    struct question read;
    struct buf sent, got;

    buf_init(&sent, 1000);
    buf_init(&got, 1000);
    wire_write_question(&sent, &question);
    for (size_t i = 0; i + 1 < sent.length; i++) {
        buf_append(&got, sent.data + i, 1);
        ck_assert_int_eq(wire_read_question(&got, &read), WIRE_MORE);
    }
    buf_append(&got, sent.data + sent.length - 1, 1);
    ck_assert_int_eq(wire_read_question(&got, &read), WIRE_WHOLE);
    ck_assert_int_eq(read.kind, question.kind);
    ck_assert_int_eq(read.deadline_ms, question.deadline_ms);
    for (int i = 0; i < QUESTION_PARTS; i++)
        ck_assert_str_eq(read.part[i], question.part[i]);
    buf_free(&sent);
    buf_free(&got);
}
END_TEST

START_TEST(what_is_no_question_is_known_early)
{
    struct question read;
    struct buf sent, small, spoilt;

    buf_init(&sent, 1000);
    wire_write_question(&sent, &question);
    buf_init(&small, sent.length - 1);
    buf_append(&small, sent.data, sent.length - 2);
    ck_assert_int_eq(wire_read_question(&small, &read), WIRE_WRONG);
    buf_init(&spoilt, 1000);
    buf_append(&spoilt, sent.data, sent.length);
    spoilt.data[spoilt.length - 1] = 'x';
    ck_assert_int_eq(wire_read_question(&spoilt, &read), WIRE_WRONG);
    spoilt.data[0] = 100;
    ck_assert_int_eq(wire_read_question(&spoilt, &read), WIRE_WRONG);
    buf_free(&sent);
    buf_free(&small);
    buf_free(&spoilt);
}
END_TEST

START_TEST(an_answer_may_be_none_and_may_be_empty)
{
    struct buf sent, answer;
    const char *read = NULL;

    buf_init(&answer, 10);
    buf_init(&sent, 1000);
    ck_assert_int_eq(wire_read_answer(&sent, &read), WIRE_MORE);
    wire_write_answer(&sent, &answer);
    ck_assert_int_eq(wire_read_answer(&sent, &read), WIRE_WHOLE);
    ck_assert_str_eq(read, "");
    sent.length = 0;
    wire_write_answer(&sent, NULL);
    ck_assert_int_eq(wire_read_answer(&sent, &read), WIRE_WHOLE);
    ck_assert_ptr_null(read);
    sent.length = 0;
    buf_puts(&answer, "digest");
    wire_write_answer(&sent, &answer);
    sent.length--;
    ck_assert_int_eq(wire_read_answer(&sent, &read), WIRE_MORE);
    sent.length++;
    ck_assert_int_eq(wire_read_answer(&sent, &read), WIRE_WHOLE);
    ck_assert_str_eq(read, "digest");
    buf_free(&answer);
    buf_free(&sent);
}
END_TEST

Suite *wire_suite(void)
{
    Suite *suite = suite_create("programs/wire");
    TCase *tests = tcase_create("wire");

    tcase_add_test(tests, a_question_arrives_in_pieces);
    tcase_add_test(tests, what_is_no_question_is_known_early);
    tcase_add_test(tests, an_answer_may_be_none_and_may_be_empty);
    suite_add_tcase(suite, tests);
    return suite;
}
