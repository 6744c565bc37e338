/* core/arena: what a request allocates is zeroed, aligned, its own, and gone after the reset. */
#include "core/arena.h"

#include <check.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

Suite *arena_suite(void);

#define MEBIBYTE ((size_t)1 << 20)

static struct arena *arena;

static void set_up(void)
{
    arena = arena_create(MEBIBYTE);
}

static void tear_down(void)
{
    arena_free(arena);
}

START_TEST(memory_is_zeroed_and_aligned_for_any_type)
{
    for (size_t bytes = 0; bytes < 300; bytes++) {
        unsigned char *memory = arena_alloc(arena, bytes);
        ck_assert_uint_eq((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < bytes; i++)
            ck_assert_uint_eq(memory[i], 0);
        memset(memory, 0xff, bytes);
    }
}
END_TEST

START_TEST(memory_is_zeroed_again_after_a_reset)
{
    for (int round = 0; round < 3; round++) {
        unsigned char *memory = arena_alloc(arena, 5000);
        for (size_t i = 0; i < 5000; i++)
            ck_assert_uint_eq(memory[i], 0);
        memset(memory, 0xff, 5000);
        arena_reset(arena);
    }
}
END_TEST

START_TEST(allocations_do_not_overlap)
{
    enum { COUNT = 200 };
    static const size_t sizes[] = { 1, 7, 16, 100, 4000 };
    unsigned char *memory[COUNT];

    for (size_t i = 0; i < COUNT; i++) {
        memory[i] = arena_alloc(arena, sizes[i % 5]);
        memset(memory[i], (int)(i & 0xff), sizes[i % 5]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t at = 0; at < sizes[i % 5]; at++)
            ck_assert_uint_eq(memory[i][at], i & 0xff);
    }
}
END_TEST

START_TEST(one_allocation_may_be_larger_than_a_block)
{
    char *small = arena_strdup(arena, "before");
    unsigned char *large = arena_alloc(arena, 100000);
    char *after = arena_strdup(arena, "after");

    memset(large, 0xff, 100000);
    ck_assert_str_eq(small, "before");
    ck_assert_str_eq(after, "after");
}
END_TEST

START_TEST(texts_are_copied)
{
    char source[] = "text";
    char *whole = arena_strdup(arena, source), *part = arena_strndup(arena, source, 2);

    memset(source, 'x', 4);
    ck_assert_str_eq(whole, "text");
    ck_assert_str_eq(part, "te");
    ck_assert_str_eq(arena_strndup(arena, source, 0), "");
    ck_assert_mem_eq(arena_strndup(arena, "a\0b", 3), "a\0b", 4);
}
END_TEST

START_TEST(formatted_texts_of_any_length)
{
    char *text = arena_printf(arena, "%s-%05d", "id", 42);
    ck_assert_str_eq(text, "id-00042");

    text = arena_printf(arena, "%*s", 50000, "x");
    ck_assert_uint_eq(strlen(text), 50000);
    ck_assert_int_eq(text[49999], 'x');
}
END_TEST

static char order[8];

static void note(void *object)
{
    strncat(order, object, 1);
}

START_TEST(cleanups_run_newest_first_and_once)
{
    char first[] = "1", second[] = "2", third[] = "3";

    order[0] = '\0';
    arena_defer(arena, note, first);
    arena_defer(arena, note, second);
    arena_defer(arena, note, NULL);
    arena_defer(arena, note, third);
    ck_assert_str_eq(order, "");
    arena_reset(arena);
    ck_assert_str_eq(order, "321");
    arena_reset(arena);
    ck_assert_str_eq(order, "321");
}
END_TEST

START_TEST(freeing_runs_the_cleanups)
{
    struct arena *other = arena_create(MEBIBYTE);
    char text[] = "x";

    order[0] = '\0';
    arena_defer(other, note, text);
    arena_free(other);
    ck_assert_str_eq(order, "x");
    arena_free(NULL);
}
END_TEST

START_TEST(a_reset_makes_the_whole_limit_available_again)
{
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 8; i++)
            memset(arena_alloc(arena, 100000), 0xff, 100000);
        arena_reset(arena);
    }
}
END_TEST

START_TEST(many_small_allocations_over_the_limit_end_the_process)
{
    for (size_t i = 0; i <= MEBIBYTE / 1000; i++)
        arena_alloc(arena, 1024);
}
END_TEST

START_TEST(an_allocation_over_the_limit_ends_the_process)
{
    static const size_t sizes[] = { MEBIBYTE + 1, SIZE_MAX / 2, SIZE_MAX - 15, SIZE_MAX - 1, SIZE_MAX };

    arena_alloc(arena, sizes[_i]);
}
END_TEST

Suite *arena_suite(void)
{
    Suite *suite = suite_create("core/arena");
    TCase *tests = tcase_create("arena");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, memory_is_zeroed_and_aligned_for_any_type);
    tcase_add_test(tests, memory_is_zeroed_again_after_a_reset);
    tcase_add_test(tests, allocations_do_not_overlap);
    tcase_add_test(tests, one_allocation_may_be_larger_than_a_block);
    tcase_add_test(tests, texts_are_copied);
    tcase_add_test(tests, formatted_texts_of_any_length);
    tcase_add_test(tests, cleanups_run_newest_first_and_once);
    tcase_add_test(tests, freeing_runs_the_cleanups);
    tcase_add_test(tests, a_reset_makes_the_whole_limit_available_again);
    tcase_add_exit_test(tests, many_small_allocations_over_the_limit_end_the_process, EXIT_NO_MEMORY);
    tcase_add_loop_exit_test(tests, an_allocation_over_the_limit_ends_the_process, EXIT_NO_MEMORY, 0, 5);
    suite_add_tcase(suite, tests);
    return suite;
}
