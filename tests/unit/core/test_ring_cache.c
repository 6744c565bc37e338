/* core/ring_cache: entries are found by their whole key until their time, and the oldest gives way. */
#include "core/ring_cache.h"

#include <check.h>
#include <string.h>

Suite *ring_cache_suite(void);

RING_CACHE(cache, 3, int);

static const unsigned char *key_of(unsigned char first, unsigned char last)
{
    static unsigned char key[RING_CACHE_KEY_BYTES];

    memset(key, 0, sizeof(key));
    key[0] = first;
    key[sizeof(key) - 1] = last;
    return key;
}

static void put(unsigned char first, unsigned char last, int64_t until_ms, int value)
{
    int *place = ring_cache_put(&cache, key_of(first, last), until_ms);

    ck_assert_int_eq(*place, 0);
    *place = value;
}

/* 0: not found. */
static int find(unsigned char first, unsigned char last, int64_t now_ms)
{
    const int *place = ring_cache_find(&cache, key_of(first, last), now_ms);

    return place != NULL ? *place : 0;
}

START_TEST(an_empty_cache_has_nothing_not_even_a_key_of_zeros)
{
    ck_assert_ptr_null(ring_cache_find(&cache, key_of(0, 0), 0));
}
END_TEST

START_TEST(all_of_the_key_counts)
{
    put(1, 2, 10, 5);
    ck_assert_int_eq(find(1, 2, 9), 5);
    ck_assert_int_eq(find(1, 3, 9), 0);
    ck_assert_int_eq(find(2, 2, 9), 0);
}
END_TEST

START_TEST(an_entry_ends_at_its_time)
{
    put(1, 1, 10, 5);
    ck_assert_int_eq(find(1, 1, 9), 5);
    ck_assert_int_eq(find(1, 1, 10), 0);
}
END_TEST

START_TEST(the_oldest_gives_way)
{
    for (unsigned char i = 1; i <= 4; i++)
        put(i, i, 10, i);
    ck_assert_int_eq(find(1, 1, 0), 0);
    for (unsigned char i = 2; i <= 4; i++)
        ck_assert_int_eq(find(i, i, 0), i);
}
END_TEST

START_TEST(a_value_can_be_changed_where_it_is)
{
    put(1, 1, 10, 5);
    ++*(int *)ring_cache_find(&cache, key_of(1, 1), 0);
    ck_assert_int_eq(find(1, 1, 0), 6);
}
END_TEST

Suite *ring_cache_suite(void)
{
    Suite *suite = suite_create("core/ring_cache");
    TCase *tests = tcase_create("ring_cache");

    tcase_add_test(tests, an_empty_cache_has_nothing_not_even_a_key_of_zeros);
    tcase_add_test(tests, all_of_the_key_counts);
    tcase_add_test(tests, an_entry_ends_at_its_time);
    tcase_add_test(tests, the_oldest_gives_way);
    tcase_add_test(tests, a_value_can_be_changed_where_it_is);
    suite_add_tcase(suite, tests);
    return suite;
}
