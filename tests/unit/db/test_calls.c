/* db/value and what src/make/sql_calls.awk makes: values there and back, null among them, and a schema of
 * another version. The functions called are those of tests/harness/check/echo/. */
#include "check/connection_fixture.h"
#include "check/echo_calls.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *calls_suite(void);

#define ECHO_FOLDER TEST_VECTORS_DIR "/../harness/check/echo/"

static void make_function(const char *name)
{
    char path[512], text[4096];
    size_t length;
    FILE *file;

    snprintf(path, sizeof(path), ECHO_FOLDER "%s.sql", name);
    file = fopen(path, "re");
    ck_assert_msg(file != NULL, "%s", path);
    length = fread(text, 1, sizeof(text) - 1, file);
    text[length] = '\0';
    fclose(file);
    postgres_execute(CALLS_DATABASE, text);
}

static void make_schema(void)
{
    calls_make_database();
    postgres_execute(CALLS_DATABASE, "create schema rigger");
    make_function("echo_values");
    make_function("echo_rows");
    make_function("echo_one");
    make_function("echo_each");
    make_function("echo_nothing");
}

static void set_up(void)
{
    calls_set_up();
    calls.config.database.prepared_statements = true;
}

START_TEST(values_come_back)
{
    static const unsigned char bytes[] = { 0x00, 0xff, 0x27, 0x5c };
    const struct db_echo_values_in in = {
        .text = "it's \"é\" \\",
        .uuid = "00112233-4455-6677-8899-aabbccddeeff",
        .json = "{\"b\": 1,  \"a\": null}",
        .jsonb = "[1, \"x\"]",
        .interval = "90 seconds",
        .inet = "2001:db8::1",
        .timestamptz = "2026-01-02 03:04:05Z",
        .numeric = "18446744073709551616",
        .integer = db_integer(-2147483648),
        .bigint = db_integer(INT64_MAX),
        .boolean = db_boolean(true),
        .bytea = db_bytes(bytes, sizeof(bytes)),
    };
    struct db_echo_values_out out;

    calls.config.database.prepared_statements = _i == 0;
    calls_renew();
    for (int turn = 0; turn < 2; turn++) {
        memset(&out, 0xaa, sizeof(out));
        ck_assert_int_eq(db_echo_values(calls.db, calls.arena, &in, &out), STATUS_OK);
        ck_assert_str_eq(out.text, in.text);
        ck_assert_str_eq(out.uuid, in.uuid);
        ck_assert_str_eq(out.json, in.json);
        ck_assert_str_eq(out.jsonb, in.jsonb);
        ck_assert_str_eq(out.span, "00:01:30");
        ck_assert_str_eq(out.inet, in.inet);
        ck_assert_str_eq(out.timestamptz, "2026-01-02 03:04:05+00");
        ck_assert_str_eq(out.number, in.numeric);
        ck_assert(out.small.present && out.small.value == -2147483648);
        ck_assert(out.large.present && out.large.value == INT64_MAX);
        ck_assert(out.yes.present && out.yes.value);
        ck_assert_str_eq(out.bytes, "\\x00ff275c");
    }
}
END_TEST

START_TEST(zero_false_and_empty_are_not_null)
{
    const struct db_echo_values_in in = {
        .text = "",
        .integer = db_integer(0),
        .bigint = db_integer(INT64_MIN),
        .boolean = db_boolean(false),
        .bytea = db_bytes((const unsigned char *)"", 0),
    };
    struct db_echo_values_out out;

    ck_assert_int_eq(db_echo_values(calls.db, calls.arena, &in, &out), STATUS_OK);
    ck_assert_str_eq(out.text, "");
    ck_assert(out.small.present && out.small.value == 0);
    ck_assert(out.large.present && out.large.value == INT64_MIN);
    ck_assert(out.yes.present && !out.yes.value);
    ck_assert_str_eq(out.bytes, "\\x");
}
END_TEST

START_TEST(what_is_left_out_is_null)
{
    const struct db_echo_values_in in = { .text = NULL };
    struct db_echo_values_out out;

    memset(&out, 0xaa, sizeof(out));
    ck_assert_int_eq(db_echo_values(calls.db, calls.arena, &in, &out), STATUS_OK);
    ck_assert_ptr_null(out.text);
    ck_assert_ptr_null(out.uuid);
    ck_assert_ptr_null(out.json);
    ck_assert_ptr_null(out.jsonb);
    ck_assert_ptr_null(out.span);
    ck_assert_ptr_null(out.inet);
    ck_assert_ptr_null(out.timestamptz);
    ck_assert_ptr_null(out.number);
    ck_assert(!out.small.present && out.small.value == 0);
    ck_assert(!out.large.present && out.large.value == 0);
    ck_assert(!out.yes.present && !out.yes.value);
    ck_assert_ptr_null(out.bytes);
}
END_TEST

START_TEST(any_number_of_rows_comes_back)
{
    static const int counts[] = { 0, 1, 3, 1000 };
    const struct db_echo_rows_in in = { .count = db_integer(counts[_i]) };
    struct db_echo_rows_rows rows;

    ck_assert_int_eq(db_echo_rows(calls.db, calls.arena, &in, &rows), STATUS_OK);
    ck_assert_int_eq(rows.count, counts[_i]);
    ck_assert_int_eq(rows.raw.count, counts[_i]);
    if (rows.count > 0) {
        ck_assert_int_eq(rows.row[0].number.value, 1);
        ck_assert(rows.row[0].even.present && !rows.row[0].even.value);
        ck_assert_str_eq(rows.row[0].name, "row 1");
    }
    if (rows.count > 1) {
        ck_assert_int_eq(rows.row[1].number.value, 3);
        ck_assert(!rows.row[rows.count - 1].number.present);
        ck_assert_ptr_null(rows.row[rows.count - 1].name);
        ck_assert_ptr_eq(rows.row[1].name, rows_text(&rows.raw, 1, 2));
    }
    ck_assert_str_eq(rows_column_name(&rows.raw, 2), "name");
}
END_TEST

START_TEST(one_value_none_and_several_come_back)
{
    const struct db_echo_one_in one = { .first = "a", .second = "b" };
    const struct db_echo_each_in each = { .value = db_integer(7), .count = db_integer(2) };
    struct db_echo_one_out out;
    struct db_echo_each_rows rows;

    ck_assert_int_eq(db_echo_one(calls.db, calls.arena, &one, &out), STATUS_OK);
    ck_assert_str_eq(out.returned, "a b");
    ck_assert_int_eq(db_echo_nothing(calls.db, calls.arena), STATUS_OK);
    ck_assert_int_eq(db_echo_each(calls.db, calls.arena, &each, &rows), STATUS_OK);
    ck_assert_int_eq(rows.count, 2);
    ck_assert_int_eq(rows.row[1].returned.value, 7);
}
END_TEST

START_TEST(a_query_is_asked)
{
    const struct db_echo_query_in in = { .from = db_integer(2), .word = "w" };
    struct db_echo_query_rows rows;

    ck_assert_int_eq(db_echo_query(calls.db, calls.arena, &in, &rows), STATUS_OK);
    ck_assert_int_eq(rows.count, 2);
    ck_assert_int_eq(rows.row[0].n.value, 2);
    ck_assert_str_eq(rows.row[1].word, "w");
}
END_TEST

/* A schema of another version: what it has in common with this one works, the rest is an error that says what
 * to do, and never wrong data. */
static const struct {
    const char *function;
    enum status expected;
} versions[] = {
    { "(p_second text, p_first text) returns text language sql as $$ select p_first || ' ' || p_second $$",
      STATUS_OK },
    { "(p_first text, p_second text, p_third text default '') returns text language sql"
      " as $$ select p_first || ' ' || p_second $$",
      STATUS_OK },
    { "(p_first text, p_other text) returns text language sql as $$ select p_first || ' ' || p_other $$",
      STATUS_ERROR },
    { "(p_first text) returns text language sql as $$ select p_first $$", STATUS_ERROR },
    { "(p_first text, p_second uuid) returns text language sql as $$ select p_first $$", STATUS_ERROR },
};

START_TEST(a_schema_of_another_version_is_no_wrong_data)
{
    const struct db_echo_one_in in = { .first = "a", .second = "b" };
    struct db_echo_one_out out = { .returned = NULL };
    char sql[512];

    postgres_execute(CALLS_DATABASE, "drop function rigger.echo_one");
    snprintf(sql, sizeof(sql), "create function rigger.echo_one%s", versions[_i].function);
    postgres_execute(CALLS_DATABASE, sql);
    ck_assert_int_eq(db_echo_one(calls.db, calls.arena, &in, &out), versions[_i].expected);
    if (versions[_i].expected == STATUS_OK)
        ck_assert_str_eq(out.returned, "a b");
    else
        ck_assert(calls_logged("run rigger migrate"));
    postgres_execute(CALLS_DATABASE, "drop function rigger.echo_one");
    make_function("echo_one");
}
END_TEST

START_TEST(a_number_that_became_text_is_no_number)
{
    const struct db_echo_each_in in = { .value = db_integer(7), .count = db_integer(2) };
    struct db_echo_each_rows rows;

    postgres_execute(CALLS_DATABASE,
                     "drop function rigger.echo_each; create function rigger.echo_each(p_value bigint,"
                     " p_count integer) returns setof text language sql as $$ select 'seven' $$");
    ck_assert_int_eq(db_echo_each(calls.db, calls.arena, &in, &rows), STATUS_ERROR);
    ck_assert(calls_logged("run rigger migrate"));
    postgres_execute(CALLS_DATABASE, "drop function rigger.echo_each");
    make_function("echo_each");
}
END_TEST

Suite *calls_suite(void)
{
    Suite *suite = suite_create("db/calls");
    TCase *tests = tcase_create("calls");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, make_schema, postgres_tear_down);
    tcase_add_checked_fixture(tests, set_up, calls_tear_down);
    tcase_add_loop_test(tests, values_come_back, 0, 2);
    tcase_add_test(tests, zero_false_and_empty_are_not_null);
    tcase_add_test(tests, what_is_left_out_is_null);
    tcase_add_loop_test(tests, any_number_of_rows_comes_back, 0, 4);
    tcase_add_test(tests, one_value_none_and_several_come_back);
    tcase_add_test(tests, a_query_is_asked);
    tcase_add_loop_test(tests, a_schema_of_another_version_is_no_wrong_data, 0,
                        sizeof(versions) / sizeof(versions[0]));
    tcase_add_test(tests, a_number_that_became_text_is_no_number);
    suite_add_tcase(suite, tests);
    return suite;
}
