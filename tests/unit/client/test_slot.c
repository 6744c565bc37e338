/* client/slot: what stands in a path or a header later is taken only if it needs no escaping, and a file's
 * errors are told with their line. */
#include "client/slot.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

Suite *slot_suite(void);

#define SEED "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eff"
#define LINE SEED "\tchute-1\tgpu1,gpu2\t10.0.0.1\t20000\n"

static struct arena *arena;

static void set_up(void)
{
    arena = arena_create(65536);
}

static void tear_down(void)
{
    arena_free(arena);
}

/* Reads slots from a text as from a file. */
static const char *read_text(const char *text, struct slot *slots, size_t count)
{
    char *copy = strdup(text);
    FILE *file = fmemopen(copy, strlen(copy), "r");
    const char *error;

    ck_assert_ptr_nonnull(file);
    error = slots_read(file, arena, slots, count);
    fclose(file);
    free(copy);
    return error;
}

START_TEST(a_line_becomes_a_slot)
{
    struct slot slot;

    ck_assert_ptr_null(read_text(LINE, &slot, 1));
    ck_assert_uint_eq(slot.seed[1], 1);
    ck_assert_uint_eq(slot.seed[31], 0xff);
    ck_assert_str_eq(slot.chute, "chute-1");
    ck_assert_uint_eq(slot.gpu_count, 2);
    ck_assert_str_eq(slot.gpus[0], "gpu1");
    ck_assert_str_eq(slot.gpus[1], "gpu2");
    ck_assert_str_eq(slot.host, "10.0.0.1");
    ck_assert_uint_eq(slot.port, 20000);
}
END_TEST

START_TEST(comments_and_empty_lines_are_skipped_and_more_lines_not_read)
{
    struct slot slots[2];

    ck_assert_ptr_null(
        read_text("# seed …\n\n" LINE "\r\n" SEED "\tc\tg\thost.example\t22\r\nnonsense\n", slots, 2));
    ck_assert_str_eq(slots[0].chute, "chute-1");
    ck_assert_str_eq(slots[1].host, "host.example");
    ck_assert_uint_eq(slots[1].port, 22);
}
END_TEST

START_TEST(too_few_lines_are_an_error)
{
    struct slot slots[3];
    const char *error = read_text(LINE LINE, slots, 3);

    ck_assert_ptr_nonnull(error);
    ck_assert_ptr_nonnull(strstr(error, "2 lines"));
}
END_TEST

static const char *const wrong[] = {
    "nonsense\n",
    SEED "\tc\tg\th\n",
    SEED "\tc\tg\th\t20000\tmore\n",
    SEED " c g h 20000\n",
    "00\tc\tg\th\t20000\n",
    SEED "00\tc\tg\th\t20000\n",
    "x" SEED "\tc\tg\th\t20000\n",
    SEED "\t\tg\th\t20000\n",
    SEED "\tc/d\tg\th\t20000\n",
    SEED "\tc?d\tg\th\t20000\n",
    SEED "\tc\t\th\t20000\n",
    SEED "\tc\tg,\th\t20000\n",
    SEED "\tc\tg h\th\t20000\n",
    SEED "\tc\t1,2,3,4,5,6,7,8,9\th\t20000\n",
    SEED "\tc\tg\t\t20000\n",
    SEED "\tc\tg\th\xc3\xb6\t20000\n",
    SEED "\tc\tg\th\t\n",
    SEED "\tc\tg\th\t21\n",
    SEED "\tc\tg\th\t65535\n",
    SEED "\tc\tg\th\t20000x\n",
    SEED "\tc\tg\th\t99999999999999999999\n",
};

START_TEST(a_wrong_line_is_told_with_its_number)
{
    struct slot slots[2];
    char text[1024];
    const char *error;

    snprintf(text, sizeof(text), "%s%s", LINE, wrong[_i]);
    error = read_text(text, slots, 2);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strncmp(error, "line 2: ", strlen("line 2: ")) == 0, "%s", error);
    ck_assert_ptr_null(strstr(error, "000102"));
}
END_TEST

START_TEST(an_ipv6_address_is_a_host)
{
    struct slot slot = { 0 };

    ck_assert_ptr_null(slot_set_host(&slot, "2001:db8::1"));
    ck_assert_str_eq(slot.host, "2001:db8::1");
}
END_TEST

Suite *slot_suite(void)
{
    Suite *suite = suite_create("client/slot");
    TCase *tests = tcase_create("slot");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_line_becomes_a_slot);
    tcase_add_test(tests, comments_and_empty_lines_are_skipped_and_more_lines_not_read);
    tcase_add_test(tests, too_few_lines_are_an_error);
    tcase_add_loop_test(tests, a_wrong_line_is_told_with_its_number, 0, sizeof(wrong) / sizeof(wrong[0]));
    tcase_add_test(tests, an_ipv6_address_is_a_host);
    suite_add_tcase(suite, tests);
    return suite;
}
