/* http/fields held to what FastAPI with pydantic 2 answers: tests/vectors/pydantic.json, made by
 * tests/tools/make_pydantic_vectors.py, whose models are these tables by name. */
#include "http/fields.h"

#include "check/vectors.h"
#include "json/json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *fields_suite(void);

static const char *const protocols[] = { "tcp", "udp", "http", NULL };
static const char *const directions[] = { "up", "down", NULL };
static const char *const only[] = { "only", NULL };

static const struct field integer_item = { .type = FIELD_INTEGER };
static const struct field text_item = { .type = FIELD_TEXT };
static const struct field inner[] = { { .name = "a", .type = FIELD_INTEGER, .required = true },
                                      { .type = FIELD_END } };
static const struct field gpu[] = { { .name = "uuid", .type = FIELD_TEXT, .required = true },
                                    { .type = FIELD_END } };
static const struct field gpu_item = { .type = FIELD_OBJECT, .children = gpu, .dictionary = true };

#define PORT .type = FIELD_INTEGER, .has_min = true, .has_max = true, .min = 22, .max = 65535

static const struct field mapping[] = {
    { .name = "internal_port", PORT, .required = true },
    { .name = "external_port", PORT, .required = true },
    { .name = "proto", .type = FIELD_CHOICE, .required = true, .choices = protocols },
    { .type = FIELD_END },
};
static const struct field mapping_item = { .type = FIELD_OBJECT, .children = mapping };

/* The tables that the vectors name. */
static const struct field claim[] = {
    { .name = "gpus", .type = FIELD_LIST, .required = true, .children = &gpu_item },
    { .name = "host", .type = FIELD_TEXT, .required = true },
    { .name = "port_mappings",
      .type = FIELD_LIST,
      .required = true,
      .has_min = true,
      .has_max = true,
      .min = 1,
      .max = 32,
      .children = &mapping_item },
    { .name = "env", .type = FIELD_TEXT, .required = true },
    { .name = "code", .type = FIELD_TEXT, .required = true },
    { .name = "fsv", .type = FIELD_TEXT, .nullable = true },
    { .type = FIELD_END },
};

static const struct field announce[] = {
    { .name = "node_ids", .type = FIELD_LIST, .required = true, .children = &text_item },
    { .name = "host", .type = FIELD_TEXT, .required = true },
    { .name = "port",
      .type = FIELD_INTEGER,
      .required = true,
      .has_min = true,
      .has_max = true,
      .min = 1,
      .max = 65535 },
    { .type = FIELD_END },
};

static const struct field activate[] = {
    { .name = "active", .type = FIELD_BOOLEAN, .required = true },
    { .type = FIELD_END },
};

static const struct field search[] = {
    { .name = "chute_id", .type = FIELD_TEXT, .required = true },
    { .name = "port", PORT, .required = true },
    { .name = "flag", .type = FIELD_BOOLEAN, .nullable = true },
    { .name = "text", .type = FIELD_TEXT, .nullable = true },
    { .type = FIELD_END },
};

static const struct {
    const char *name;
    struct field fields[2];
} holders[] = {
    { "integer", { { .name = "value", .type = FIELD_INTEGER, .required = true } } },
    { "port", { { .name = "value", PORT, .required = true } } },
    { "floor", { { .name = "value", .type = FIELD_INTEGER, .required = true, .has_min = true } } },
    { "default_integer", { { .name = "value", .type = FIELD_INTEGER } } },
    { "nullable_integer", { { .name = "value", .type = FIELD_INTEGER, .nullable = true } } },
    { "boolean", { { .name = "value", .type = FIELD_BOOLEAN, .required = true } } },
    { "text", { { .name = "value", .type = FIELD_TEXT, .required = true } } },
    { "short_text",
      { { .name = "value",
          .type = FIELD_TEXT,
          .required = true,
          .has_min = true,
          .has_max = true,
          .min = 2,
          .max = 3 } } },
    { "letter",
      { { .name = "value",
          .type = FIELD_TEXT,
          .required = true,
          .has_min = true,
          .has_max = true,
          .min = 1,
          .max = 1 } } },
    { "nullable_text", { { .name = "value", .type = FIELD_TEXT, .nullable = true } } },
    { "null_or_text", { { .name = "value", .type = FIELD_TEXT, .required = true, .nullable = true } } },
    { "integers",
      { { .name = "value",
          .type = FIELD_LIST,
          .required = true,
          .has_min = true,
          .has_max = true,
          .min = 1,
          .max = 2,
          .children = &integer_item } } },
    { "pair_or_more",
      { { .name = "value",
          .type = FIELD_LIST,
          .required = true,
          .has_min = true,
          .min = 2,
          .children = &text_item } } },
    { "one_at_most",
      { { .name = "value",
          .type = FIELD_LIST,
          .required = true,
          .has_max = true,
          .max = 1,
          .children = &text_item } } },
    { "dictionary", { { .name = "value", .type = FIELD_OBJECT, .required = true } } },
    { "object", { { .name = "value", .type = FIELD_OBJECT, .required = true, .children = inner } } },
    { "choice", { { .name = "value", .type = FIELD_CHOICE, .required = true, .choices = protocols } } },
    { "two_choices", { { .name = "value", .type = FIELD_CHOICE, .required = true, .choices = directions } } },
    { "one_choice", { { .name = "value", .type = FIELD_CHOICE, .required = true, .choices = only } } },
};

static const struct field *find_table(const char *name)
{
    for (int i = 0; i < COUNT(holders); i++) {
        if (strcmp(holders[i].name, name) == 0)
            return holders[i].fields;
    }
    if (strcmp(name, "claim") == 0)
        return claim;
    if (strcmp(name, "announce") == 0)
        return announce;
    if (strcmp(name, "activate") == 0)
        return activate;
    ck_assert_str_eq(name, "search");
    return search;
}

/* True if ours says what theirs says: the same errors, or the same values, to the letter. */
static bool agrees(json_object *vector, json_object *ours, json_object *errors)
{
    bool refused = json_object_object_get_ex(vector, "errors", NULL), same;
    const char *text = vectors_text(vector, refused ? "errors" : "value");
    struct json_error error;
    json_object *theirs = json_parse_strict(text, strlen(text), &error);

    /* A number may be spelled another way, as long as it is the same number. */
    same = refused == (errors != NULL) && (json_object_equal(theirs, refused ? errors : ours) ||
                                           strcmp(json_object_to_json_string(theirs),
                                                  json_object_to_json_string(refused ? errors : ours)) == 0);
    json_object_put(theirs);
    return same;
}

START_TEST(every_body_and_query_is_judged_as_pydantic_judges_it)
{
    json_object *root = vectors_load("pydantic.json"), *cases = vectors_list(root, "cases");
    struct arena *arena = arena_create((size_t)4 << 20);

    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        json_object *vector = json_object_array_get_idx(cases, i), *found, *body = NULL, *type = NULL;
        const struct field *fields = find_table(vectors_text(vector, "table"));
        struct field_errors errors = { .arena = arena };
        struct request request = { .arena = arena, .query = "" };

        if (json_object_object_get_ex(vector, "body", &body)) {
            request.body = (const unsigned char *)json_object_get_string(body);
            request.body_length = (size_t)json_object_get_string_len(body);
            found = NULL;
            if (json_object_object_get_ex(vector, "content_type", &type) &&
                !fields_type_is_json(json_object_get_string(type)))
                fields_refuse_body(&request, &errors);
            else
                found = fields_read_body(fields, &request, &errors);
        } else {
            request.query = vectors_text(vector, "query");
            found = fields_read_query(fields, &request, &errors);
        }
        ck_assert_msg(agrees(vector, found, errors.list), "case %zu: %.1500s\nours: %.500s %.1000s", i,
                      json_object_to_json_string(vector), json_object_to_json_string(found),
                      json_object_to_json_string(errors.list));
        arena_reset(arena);
    }
    arena_free(arena);
    json_object_put(root);
}
END_TEST

/* What Python accepts and strict JSON does not. */
static const char *const not_json[] = {
    "{\"value\": NaN}",
    "{\"value\": Infinity}",
    "{\"value\": -Infinity}",
    "{\"value\": 1, \"value\": 2}",
    "{\"value\": 1, \"v\\u0061lue\": 2}",
    "{\"value\": \"\\u0000\"}",
    "{\"value\": \"\\ud800\"}",
    "{\"value\": \"\\udc00\\ud800\"}",
    "{\"value\": \"\xc0\xaf\"}",
    "{\"value\": \"\xed\xa0\x80\"}",
    "{\"value\": \"\xf4\x90\x80\x80\"}",
    "{\"value\": \"\xff\"}",
    "\xef\xbb\xbf{\"value\": 1}",
};

START_TEST(what_is_no_json_is_one_error)
{
    struct arena *arena = arena_create((size_t)1 << 20);
    struct field_errors errors = { .arena = arena };
    struct request request = { .arena = arena,
                               .query = "",
                               .body = (const unsigned char *)not_json[_i],
                               .body_length = strlen(not_json[_i]) };

    fields_read_body(find_table("text"), &request, &errors);
    ck_assert_uint_eq(json_object_array_length(errors.list), 1);
    ck_assert_str_eq(json_get_text(json_object_array_get_idx(errors.list, 0), "type"), "json_invalid");
    arena_free(arena);
}
END_TEST

START_TEST(nesting_is_bounded_and_so_is_the_number_of_values)
{
    struct arena *arena = arena_create((size_t)4 << 20);
    struct field_errors errors = { .arena = arena };
    char *many = malloc(4 * JSON_VALUES_MAX), deep[200];
    struct request request = { .arena = arena, .query = "" };

    memset(deep, '[', 100);
    memset(deep + 100, ']', 100);
    request.body = (const unsigned char *)deep;
    request.body_length = sizeof(deep);
    fields_read_body(find_table("text"), &request, &errors);
    ck_assert_str_eq(json_get_text(json_object_array_get_idx(errors.list, 0), "type"), "json_invalid");

    errors.list = NULL;
    memset(many, ' ', 4 * JSON_VALUES_MAX);
    many[0] = '[';
    for (size_t i = 0; i <= JSON_VALUES_MAX; i++)
        memcpy(many + 1 + 2 * i, "1,", 2);
    many[2 * JSON_VALUES_MAX + 2] = ']';
    request.body = (const unsigned char *)many;
    request.body_length = 2 * JSON_VALUES_MAX + 3;
    fields_read_body(find_table("text"), &request, &errors);
    ck_assert_str_eq(json_get_text(json_object_array_get_idx(errors.list, 0), "type"), "json_invalid");
    free(many);
    arena_free(arena);
}
END_TEST

START_TEST(a_large_input_is_not_echoed)
{
    struct arena *arena = arena_create((size_t)1 << 20);
    struct field_errors errors = { .arena = arena };
    char body[4096];
    struct request request = { .arena = arena, .query = "", .body = (unsigned char *)body };
    json_object *error, *input = NULL;

    snprintf(body, sizeof(body), "{\"value\": [0]}");
    for (int i = 0; i < 99; i++)
        snprintf(body + strlen(body) - 2, sizeof(body) - strlen(body), ", %d]}", i);
    request.body_length = strlen(body);
    fields_read_body(find_table("integers"), &request, &errors);
    error = json_object_array_get_idx(errors.list, 0);
    ck_assert_str_eq(json_get_text(error, "type"), "too_long");
    ck_assert(json_object_object_get_ex(error, "input", &input));
    ck_assert_ptr_null(input);
    arena_free(arena);
}
END_TEST

Suite *fields_suite(void)
{
    Suite *suite = suite_create("fields");
    TCase *table_case = tcase_create("tables");

    tcase_set_tags(table_case, "vectors");
    tcase_add_test(table_case, every_body_and_query_is_judged_as_pydantic_judges_it);
    tcase_add_loop_test(table_case, what_is_no_json_is_one_error, 0, COUNT(not_json));
    tcase_add_test(table_case, a_large_input_is_not_echoed);
    tcase_add_test(table_case, nesting_is_bounded_and_so_is_the_number_of_values);
    suite_add_tcase(suite, table_case);
    return suite;
}
