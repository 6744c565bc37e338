/* attest/old_env_dump: dumps of another implementation open, under their own key alone. */
#include "attest/old_env_dump.h"

#include "check/vectors.h"
#include "core/arena.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *old_env_dump_suite(void);

static struct arena *arena;

static void make_arena(void)
{
    arena = arena_create((size_t)1 << 20);
}

static void free_arena(void)
{
    arena_free(arena);
}

START_TEST(dumps_of_another_implementation_open)
{
    json_object *root = vectors_load("old_env_dump.json"), *list = vectors_list(root, "vectors");

    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i);
        unsigned char key[OLD_ENV_DUMP_KEY_BYTES];
        size_t length = 0;
        char *plain;

        ck_assert(old_env_dump_derive_key(vectors_text(root, "master_key"), vectors_text(vector, "env_key"),
                                          vectors_text(root, "salt"), key));
        plain = old_env_dump_open(arena, key, vectors_text(vector, "dump"), &length);
        ck_assert_pstr_eq(plain, vectors_text(vector, "plaintext"));
        ck_assert_uint_eq(length, strlen(plain));
        key[0] ^= 1;
        plain = old_env_dump_open(arena, key, vectors_text(vector, "dump"), &length);
        ck_assert(plain == NULL || strcmp(plain, vectors_text(vector, "plaintext")) != 0);
    }
    json_object_put(root);
}
END_TEST

START_TEST(a_key_that_is_not_hex_derives_nothing)
{
    unsigned char key[OLD_ENV_DUMP_KEY_BYTES];

    ck_assert(!old_env_dump_derive_key("zz", "00", "00", key));
    ck_assert(!old_env_dump_derive_key("00", "0", "00", key));
    ck_assert(!old_env_dump_derive_key("00", "00", "xy", key));
}
END_TEST

Suite *old_env_dump_suite(void)
{
    Suite *suite = suite_create("old_env_dump");
    TCase *dump_case = tcase_create("dumps");

    tcase_set_tags(dump_case, "vectors");
    tcase_add_checked_fixture(dump_case, make_arena, free_arena);
    tcase_add_test(dump_case, dumps_of_another_implementation_open);
    tcase_add_test(dump_case, a_key_that_is_not_hex_derives_nothing);
    suite_add_tcase(suite, dump_case);
    return suite;
}
