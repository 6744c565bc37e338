/* Reading of test vectors; nothing here knows what they test. */
#include "check/vectors.h"

#include "core/encode.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096

static void write_path(char path[PATH_BYTES], const char *directory, const char *file_name)
{
    if (snprintf(path, PATH_BYTES, "%s/%s", directory, file_name) >= PATH_BYTES) {
        fprintf(stderr, "%s: its path is too long\n", file_name);
        exit(EXIT_FAILURE);
    }
}

static json_object *read_file(const char *file_name)
{
    const char *directory = getenv("RIGGER_VECTORS");
    char path[PATH_BYTES];

    write_path(path, directory != NULL ? directory : TEST_VECTORS_DIR, file_name);
    /* Another set need not have the files that only we made. */
    if (directory != NULL && access(path, F_OK) != 0)
        write_path(path, TEST_VECTORS_DIR, file_name);
    return json_object_from_file(path);
}

int vectors_count(const char *file_name, const char *key)
{
    json_object *root = read_file(file_name), *list = json_object_object_get(root, key);
    size_t count = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

    if (count == 0 || count > INT_MAX) {
        fprintf(stderr, "%s: no list \"%s\" of vectors\n", file_name, key);
        exit(EXIT_FAILURE);
    }
    json_object_put(root);
    return (int)count;
}

json_object *vectors_load(const char *file_name)
{
    json_object *root = read_file(file_name);

    ck_assert_msg(root != NULL, "%s", json_util_get_last_err());
    return root;
}

json_object *vectors_member(json_object *object, const char *key)
{
    json_object *member = NULL;

    ck_assert_msg(json_object_object_get_ex(object, key, &member), "no member \"%s\"", key);
    return member;
}

json_object *vectors_list(json_object *object, const char *key)
{
    json_object *list = vectors_member(object, key);

    ck_assert_msg(json_object_is_type(list, json_type_array) && json_object_array_length(list) > 0,
                  "\"%s\" is no list of vectors", key);
    return list;
}

const char *vectors_text(json_object *object, const char *key)
{
    json_object *member = vectors_member(object, key);

    if (member == NULL)
        return NULL;
    ck_assert_msg(json_object_is_type(member, json_type_string), "\"%s\" is no text", key);
    return json_object_get_string(member);
}

bool vectors_flag(json_object *object, const char *key)
{
    json_object *member = vectors_member(object, key);

    ck_assert_msg(json_object_is_type(member, json_type_boolean), "\"%s\" is neither true nor false", key);
    return json_object_get_boolean(member);
}

size_t vectors_data(json_object *object, const char *key, unsigned char *out, size_t max)
{
    const char *text = vectors_text(object, key);
    size_t length;

    ck_assert_msg(text != NULL, "\"%s\" is null", key);
    length = strlen(text) / 2;
    ck_assert_msg(length <= max && hex_decode(out, length, text, strlen(text)),
                  "\"%s\" is not the hex expected", key);
    return length;
}

void vectors_bytes(json_object *object, const char *key, unsigned char *out, size_t length)
{
    ck_assert_uint_eq(vectors_data(object, key, out, length), length);
}
