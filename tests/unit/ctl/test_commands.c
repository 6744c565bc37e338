/* ctl: the commands that ask the database, over a small network: what people see, what scripts get, what is
 * not there. */
#include "ctl/ctl.h"

#include "check/command_output.h"
#include "check/postgres.h"
#include "db/migrate.h"
#include "json/json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))
#define LIMITS       26
#define DATABASE     "ctl"
#define FIXTURE      TEST_VECTORS_DIR "/../harness/fixture.sql"

Suite *ctl_commands_suite(void);

static char dsn[POSTGRES_DSN_BYTES];

static void load_fixture(void)
{
    char text[65536];
    FILE *file = fopen(FIXTURE, "re");
    size_t length;

    ck_assert_ptr_nonnull(file);
    length = fread(text, 1, sizeof(text) - 1, file);
    ck_assert_uint_lt(length, sizeof(text) - 1);
    text[length] = '\0';
    fclose(file);
    postgres_execute(DATABASE, text);
}

static void make_network(void)
{
    postgres_set_up();
    postgres_create_database(DATABASE);
    postgres_dsn(dsn, DATABASE, "");
    ck_assert(migrate_run(dsn, false, fopen("/dev/null", "w"), stderr));
    load_fixture();
    postgres_execute(DATABASE,
                     "select fixture.chute('vllm', 3); select fixture.chute('sglang', 1);"
                     "select fixture.miner('alice'); select fixture.miner('bob');"
                     "select fixture.instances('vllm', 'alice', 2);"
                     "update public.chutes set name = E'vl\\x1b[2Jlm \\u00e9' where chute_id = 'vllm';");
}

static void find_dsn(void)
{
    postgres_dsn(dsn, DATABASE, "");
}

#define RUN(run, ...) COMMAND_RUN(run, __VA_ARGS__, "--dsn", dsn)

/* The only line of JSON that was printed. */
static json_object *row(void)
{
    struct json_error error;
    json_object *object = json_parse_strict(command_output.out, strlen(command_output.out), &error);

    ck_assert_msg(json_object_is_type(object, json_type_object), "%s", command_output.out);
    return object;
}

/* Lines of what was printed. */
static int lines(void)
{
    int count = 0;

    for (const char *at = command_output.out; *at != '\0'; at++)
        count += *at == '\n';
    return count;
}

START_TEST(people_see_a_table_that_cannot_steer_their_terminal)
{
    const char *header, *line, *name;

    ck_assert_int_eq(RUN(ctl_chutes, "chutes", "vllm"), EXIT_SUCCESS);
    ck_assert_int_eq(lines(), 2);
    header = command_output.out;
    line = strchr(header, '\n') + 1;
    name = strstr(line, "vl?[2Jlm \xc3\xa9");
    ck_assert_msg(name != NULL, "%s", header);
    ck_assert_int_eq(strstr(header, "name") - header, name - line); /* columns stand below their names */
    ck_assert_ptr_null(strchr(header, '\x1b'));
    ck_assert(strstr(line, " no ") != NULL || strstr(line, " no\n") != NULL); /* a boolean in words */
    ck_assert_ptr_null(strstr(header, "json"));
}
END_TEST

START_TEST(scripts_get_a_line_of_json_a_row)
{
    json_object *chute;

    ck_assert_int_eq(RUN(ctl_chutes, "chutes", "vllm", "--json"), EXIT_SUCCESS);
    chute = row();
    ck_assert_str_eq(json_get_text(chute, "chute_id"), "vllm");
    ck_assert_int_eq(json_get_integer(chute, "target", -1), 3);
    ck_assert_int_eq(json_get_integer(chute, "hot", -1), 2);
    ck_assert(!json_get_boolean(chute, "rolling_update", true));
    json_object_put(chute);
    ck_assert_int_eq(RUN(ctl_chutes, "chutes", "--json"), EXIT_SUCCESS);
    ck_assert_int_eq(lines(), 2);
    ck_assert_int_eq(RUN(ctl_chutes, "chutes", "nothing", "--json"), EXIT_SUCCESS);
    ck_assert_str_eq(command_output.out, "");
}
END_TEST

static const struct {
    int (*run)(int argc, char **argv);
    const char *arguments[4];
    int rows;
} choices[] = {
    { ctl_instances, { "instances" }, 2 },
    { ctl_instances, { "instances", "--chute", "vllm" }, 2 },
    { ctl_instances, { "instances", "--chute", "sglang" }, 0 },
    { ctl_instances, { "instances", "--miner", "alice" }, 2 },
    { ctl_instances, { "instances", "--miner", "bob" }, 0 },
    { ctl_miners, { "miners" }, 2 },
    { ctl_miners, { "miners", "alice" }, 1 },
    { ctl_miners, { "miners", "carol" }, 0 },
    { ctl_stuck, { "stuck" }, 0 },
    { ctl_limits, { "limits" }, LIMITS },
};

START_TEST(rows_are_chosen)
{
    const char *arguments[8] = { NULL };
    int count = 0;

    for (; choices[_i].arguments[count] != NULL; count++)
        arguments[count] = choices[_i].arguments[count];
    arguments[count++] = "--dsn";
    arguments[count++] = dsn;
    ck_assert_int_eq(command_output_run(choices[_i].run, arguments, NULL), EXIT_SUCCESS);
    ck_assert_int_eq(lines(), choices[_i].rows + 1);
    arguments[count] = "--json";
    ck_assert_int_eq(command_output_run(choices[_i].run, arguments, NULL), EXIT_SUCCESS);
    ck_assert_int_eq(lines(), choices[_i].rows);
}
END_TEST

/* The consumer stands for a relay that does not come round. */
START_TEST(a_target_that_no_relay_has_told_is_said_to_wait)
{
    postgres_execute(DATABASE, "insert into rigger.event_consumers (consumer) values ('target relay')");
    ck_assert_int_eq(RUN(ctl_target, "target", "--wait", "0", "sglang", "8"), CTL_WAITING);
    ck_assert_str_eq(command_output.out, "");
    ck_assert_ptr_nonnull(strstr(command_output.err, "sglang: the capacity log has the target, Redis does"));
    postgres_expect(DATABASE,
                    "select target_count from public.capacity_log where chute_id = 'sglang'"
                    " order by \"timestamp\" desc limit 1",
                    "8");
    postgres_execute(DATABASE, "update rigger.event_consumers set last_event_id = 1000000");
    ck_assert_int_eq(RUN(ctl_target, "target", "--wait", "0", "sglang", "9"), EXIT_SUCCESS);
    ck_assert_str_eq(command_output.out, "done\n");
    postgres_execute(DATABASE, "delete from rigger.event_consumers where consumer = 'target relay'");
}
END_TEST

START_TEST(a_target_is_set_for_a_chute_that_is_there)
{
    ck_assert_int_eq(RUN(ctl_target, "target", "sglang", "7"), EXIT_SUCCESS);
    ck_assert_str_eq(command_output.out, "done\n");
    postgres_expect(DATABASE,
                    "select target_count from public.capacity_log where chute_id = 'sglang'"
                    " order by \"timestamp\" desc limit 1",
                    "7");
    ck_assert_int_eq(RUN(ctl_target, "target", "nothing", "7"), EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "nothing: there is no such chute"));
    ck_assert_str_eq(command_output.out, "");
}
END_TEST

START_TEST(a_limit_is_set_within_its_bounds)
{
    static const char value[] = "select value from rigger.limits where name = 'job.hotkeys'";

    ck_assert_int_eq(RUN(ctl_limits, "limits", "job.hotkeys", "20"), EXIT_SUCCESS);
    postgres_expect(DATABASE, value, "20");
    ck_assert_int_eq(RUN(ctl_limits, "limits", "job.hotkeys", "0"), EXIT_FAILURE);
    postgres_expect(DATABASE, value, "20");
    ck_assert_int_eq(RUN(ctl_limits, "limits", "job.hotkeys", "initial"), EXIT_SUCCESS);
    postgres_expect(DATABASE, value, "15");
    ck_assert_int_eq(RUN(ctl_limits, "limits", "job.miners", "20"), EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "job.miners: there is no such limit"));
}
END_TEST

START_TEST(a_miner_is_shut_out_and_let_in_again)
{
    static const char reason[] =
        "select coalesce(blacklist_reason, '') from public.metagraph_nodes where hotkey = 'bob'";

    ck_assert_int_eq(RUN(ctl_blacklist, "blacklist", "bob", "burns GPUs", "--json"), EXIT_SUCCESS);
    ck_assert_str_eq(command_output.out, "{\"done\":true}\n");
    postgres_expect(DATABASE, reason, "burns GPUs");
    ck_assert_int_eq(RUN(ctl_blacklist, "blacklist", "--lift", "bob"), EXIT_SUCCESS);
    postgres_expect(DATABASE, reason, "");
    ck_assert_int_eq(RUN(ctl_blacklist, "blacklist", "carol", "x"), EXIT_FAILURE);
}
END_TEST

START_TEST(an_instance_that_is_not_there_is_neither_evicted_nor_requeued)
{
    ck_assert_int_eq(RUN(ctl_evict, "evict", "00000000-0000-4000-8000-000000000000", "x"), EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "there is no such instance"));
    ck_assert_int_eq(RUN(ctl_requeue, "requeue", "00000000-0000-4000-8000-000000000000"), EXIT_FAILURE);
    ck_assert_str_ne(command_output.err, "");
}
END_TEST

START_TEST(an_instance_is_evicted_with_its_reason)
{
    char *instance = postgres_value(DATABASE, "select min(instance_id) from public.instances");

    ck_assert_int_eq(RUN(ctl_evict, "evict", instance, "burns"), EXIT_SUCCESS);
    postgres_expect(DATABASE, "select count(*) from public.instances", "1");
    free(instance);
}
END_TEST

START_TEST(the_newest_events_are_shown)
{
    postgres_execute(DATABASE,
                     "insert into rigger.events (channel, reason, payload) select 'events', 'old' || i,"
                     " '{}' from generate_series(1, 30) i");
    ck_assert_int_eq(RUN(ctl_events, "events", "tail"), EXIT_SUCCESS);
    ck_assert_int_eq(lines(), 10);
    ck_assert_ptr_nonnull(strstr(command_output.out, "old30"));
    ck_assert_int_eq(RUN(ctl_events, "events", "tail", "--count", "2", "--json"), EXIT_SUCCESS);
    ck_assert_int_eq(lines(), 2);
    ck_assert_ptr_nonnull(strstr(command_output.out, "\"old29\""));
    ck_assert_ptr_null(strstr(command_output.out, "\"old28\""));
}
END_TEST

START_TEST(the_registry_s_state_is_shown_and_what_is_overdue_undone)
{
    ck_assert_int_eq(RUN(ctl_reap, "reap", "--json"), EXIT_SUCCESS);
    ck_assert_int_eq(lines(), 0);
    RUN(ctl_status, "status");
    ck_assert_ptr_nonnull(strstr(command_output.out, "violated invariants"));
    ck_assert_str_eq(command_output.err, "");
}
END_TEST

START_TEST(another_schema_than_this_program_s_is_named)
{
    postgres_create_database("empty");
    postgres_dsn(dsn, "empty", "");
    ck_assert_int_eq(RUN(ctl_status, "status"), EXIT_FAILURE);
    ck_assert_ptr_nonnull(strstr(command_output.err, "rigger migrate"));
    ck_assert_str_eq(command_output.out, "");
    ck_assert_int_eq(RUN(ctl_stuck, "stuck"), EXIT_FAILURE);
}
END_TEST

Suite *ctl_commands_suite(void)
{
    Suite *suite = suite_create("ctl/commands");
    TCase *tests = tcase_create("commands");

    tcase_set_timeout(tests, 60);
    tcase_add_unchecked_fixture(tests, make_network, postgres_tear_down);
    tcase_add_checked_fixture(tests, find_dsn, NULL);
    tcase_add_test(tests, people_see_a_table_that_cannot_steer_their_terminal);
    tcase_add_test(tests, scripts_get_a_line_of_json_a_row);
    tcase_add_loop_test(tests, rows_are_chosen, 0, COUNT(choices));
    tcase_add_test(tests, a_target_is_set_for_a_chute_that_is_there);
    tcase_add_test(tests, a_target_that_no_relay_has_told_is_said_to_wait);
    tcase_add_test(tests, a_limit_is_set_within_its_bounds);
    tcase_add_test(tests, a_miner_is_shut_out_and_let_in_again);
    tcase_add_test(tests, an_instance_that_is_not_there_is_neither_evicted_nor_requeued);
    tcase_add_test(tests, an_instance_is_evicted_with_its_reason);
    tcase_add_test(tests, the_newest_events_are_shown);
    tcase_add_test(tests, the_registry_s_state_is_shown_and_what_is_overdue_undone);
    tcase_add_test(tests, another_schema_than_this_program_s_is_named);
    suite_add_tcase(suite, tests);
    return suite;
}
