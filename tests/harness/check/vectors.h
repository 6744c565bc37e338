/* Reads the test vectors of tests/vectors (or of the directory that RIGGER_VECTORS names, for the files it
 * has). Whatever is wrong with a file or a member fails the running test. A test over vectors takes secrets,
 * names and times from the file, and counts on no order in it: `./dev test` runs these tests over a second
 * set (tests/tools/other_vectors.py). */
#ifndef RIGGER_TESTS_CHECK_VECTORS_H
#define RIGGER_TESTS_CHECK_VECTORS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

/* The file as JSON; json_object_put when done. */
json_object *vectors_load(const char *file_name);

/* How many vectors a list of the file has: for a loop test, so it is called outside of tests and ends the
 * program where the file has no such list. */
int vectors_count(const char *file_name, const char *key);

/* A member that is there, whatever its type. */
json_object *vectors_member(json_object *object, const char *key);

/* A list that is not empty, so that no loop over it passes without a test. */
json_object *vectors_list(json_object *object, const char *key);

/* A text; NULL where it is null. It lives as long as object. */
const char *vectors_text(json_object *object, const char *key);
bool vectors_flag(json_object *object, const char *key);

/* Decodes hex of exactly length bytes. */
void vectors_bytes(json_object *object, const char *key, unsigned char *out, size_t length);

/* Decodes hex of at most max bytes; returns their number. */
size_t vectors_data(json_object *object, const char *key, unsigned char *out, size_t max);

#endif
