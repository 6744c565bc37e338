/* attest/environment: what dumps must show. */
#include "attest/environment.h"

#include "core/arena.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *environment_suite(void);

static struct arena *arena;

static void make_arena(void)
{
    arena = arena_create((size_t)1 << 20);
}

static void free_arena(void)
{
    arena_free(arena);
}

static const struct {
    const char *cmdline, *seed;
    bool matches;
} commands[] = {
    { "python chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V", NULL, true },
    { "/usr/bin/python3 /usr/local/bin/chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V",
      NULL, true },
    { "/usr/bin/python3.10 chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V", NULL, true },
    { "python3. chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V", NULL, false },
    { "python2 chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V", NULL, false },
    { "pythonx chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V", NULL, false },
    { "python /x/notchutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V", NULL, false },
    { "python chutes run app:other --port 8000 --miner-ss58 M --validator-ss58 V", NULL, false },
    { "python chutes run app:chute --port 8001 --miner-ss58 M --validator-ss58 V", NULL, false },
    { "python chutes run app:chute --port 8000 --miner-ss58 X --validator-ss58 V", NULL, false },
    { "python chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V --debug", NULL, false },
    { "python chutes run app:chute --port 8000 --miner-ss58 M", NULL, false },
    { "python  chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V", NULL, false },
    { "python", NULL, false },
    { "", NULL, false },
    { "python chutes run app:chute --port 8000 --graval-seed 7 --miner-ss58 M --validator-ss58 V", "7",
      true },
    { "python chutes run app:chute --port 8000 --graval-seed 8 --miner-ss58 M --validator-ss58 V", "7",
      false },
    { "python chutes run app:chute --port 8000 --graval-seed 7 --miner-ss58 M --validator-ss58 V", NULL,
      false },
};

START_TEST(the_command_must_be_exactly_the_expected_one)
{
    struct environment_command expected = {
        .ref_str = "app:chute", .hotkey = "M", .validator = "V", .seed = commands[_i].seed
    };

    ck_assert_msg(environment_command_matches(arena, commands[_i].cmdline, &expected) == commands[_i].matches,
                  "%s", commands[_i].cmdline);
}
END_TEST

#define COMMAND "python chutes run app:chute --port 8000 --miner-ss58 M --validator-ss58 V"

static const struct {
    const char *dump;
    bool passes;
} dumps[] = {
    { "{\"all_processes\":[{\"pid\":1,\"username\":\"chutes\",\"cmdline\":\"" COMMAND "\"}]}", true },
    { "{\"all_processes\":[{\"pid\":2,\"username\":\"chutes\",\"cmdline\":\"" COMMAND "\"}]}", false },
    { "{\"all_processes\":[{\"pid\":\"1\",\"username\":\"chutes\",\"cmdline\":\"" COMMAND "\"}]}", false },
    { "{\"all_processes\":[{\"pid\":1,\"username\":\"root\",\"cmdline\":\"" COMMAND "\"}]}", false },
    { "{\"all_processes\":[{\"pid\":1,\"username\":\"chutes\"}]}", false },
    { "{\"all_processes\":[{},{\"pid\":1,\"username\":\"chutes\",\"cmdline\":\"" COMMAND "\"}]}", false },
    { "{\"all_processes\":[]}", false },
    { "{\"all_processes\":{}}", false },
    { "[]", false },
    { "no JSON", false },
};

START_TEST(the_first_process_must_be_the_command)
{
    const struct environment_command expected = { .ref_str = "app:chute", .hotkey = "M", .validator = "V" };
    enum refusal refusal =
        environment_check_processes(arena, dumps[_i].dump, strlen(dumps[_i].dump), &expected);

    ck_assert_msg((refusal == REFUSAL_NONE) == dumps[_i].passes, "%s", dumps[_i].dump);
    ck_assert_ptr_null(strstr(refusal_text(arena, refusal, NULL), "app:chute"));
}
END_TEST

static const struct {
    const char *dump, *code;
    bool passes;
} codes[] = {
    { "{\"content\":\"aW1wb3J0IGNodXRlcwo=\"}", "import chutes\n", true },
    { "{\"content\":\"aW1wb3J0IGNodXRlcwo=\"}", "import chutes", false },
    { "{\"content\":\"aW1wb3J0IGNodXRlcwo=\"}", "import chuteS\n", false },
    { "{\"content\":\"\"}", "", true },
    { "{\"content\":\"%%\"}", "", false },
    { "{\"content\":5}", "5", false },
    { "{}", "", false },
};

START_TEST(the_code_must_be_the_chute_s_byte_for_byte)
{
    enum refusal refusal =
        environment_check_code(arena, codes[_i].dump, strlen(codes[_i].dump), codes[_i].code);

    ck_assert_int_eq(refusal == REFUSAL_NONE, codes[_i].passes);
}
END_TEST

static const struct {
    const char *rules;
    bool passes;
} rules[] = {
    { "{}", true },
    { "{\"/os/name\": {\"equals\": \"Linux\"}}", true },
    { "{\"/os/name\": {\"equals\": \"linux\"}}", false },
    { "{\"/cores\": {\"equals\": 8}, \"/os/name\": {\"matches\": \"^L.*x$\"}}", true },
    { "{\"/os/name\": {\"matches\": \"^x\"}}", false },
    { "{\"/cores\": {\"matches\": \"8\"}}", false },
    { "{\"/os\": {\"present\": true}, \"/debug\": {\"present\": false}}", true },
    { "{\"/os\": {\"present\": false}}", false },
    { "{\"/debug\": {\"present\": true}}", false },
    { "{\"/os/name\": {\"unknown\": 1}}", false },
    { "{\"/os/name\": {\"matches\": \"(\"}}", false },
    { "{\"/os/name\": \"Linux\"}", false },
};

START_TEST(every_rule_of_the_administrator_must_hold)
{
    static const char dump[] = "{\"os\": {\"name\": \"Linux\"}, \"cores\": 8}";
    json_object *parsed = json_tokener_parse(rules[_i].rules);

    ck_assert_int_eq(environment_check_rules(dump, strlen(dump), parsed) == REFUSAL_NONE, rules[_i].passes);
    json_object_put(parsed);
}
END_TEST

Suite *environment_suite(void)
{
    Suite *suite = suite_create("attest/environment");
    TCase *tests = tcase_create("dumps");

    tcase_add_checked_fixture(tests, make_arena, free_arena);
    tcase_add_loop_test(tests, the_command_must_be_exactly_the_expected_one, 0, COUNT(commands));
    tcase_add_loop_test(tests, the_first_process_must_be_the_command, 0, COUNT(dumps));
    tcase_add_loop_test(tests, the_code_must_be_the_chute_s_byte_for_byte, 0, COUNT(codes));
    tcase_add_loop_test(tests, every_rule_of_the_administrator_must_hold, 0, COUNT(rules));
    suite_add_tcase(suite, tests);
    return suite;
}
