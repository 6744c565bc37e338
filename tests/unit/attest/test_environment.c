/* attest/environment: what dumps must show. */
#include "attest/environment.h"

#include "core/arena.h"
#include "json/json.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* NULL where it is no JSON. */
static json_object *parse(const char *text)
{
    struct json_error error;
    json_object *parsed = json_parse_strict(text, strlen(text), &error);

    json_defer(arena, parsed);
    return parsed;
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
    enum refusal refusal = environment_check_processes(arena, parse(dumps[_i].dump), &expected);

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
    enum refusal refusal = environment_check_code(arena, parse(codes[_i].dump), codes[_i].code);

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

    ck_assert_int_eq(environment_check_rules(parse(dump), parsed) == REFUSAL_NONE, rules[_i].passes);
    json_object_put(parsed);
}
END_TEST

static const struct {
    const char *rules, *pointer, *error;
} unusable[] = {
    { "{\"/a\": {\"present\": true}, \"/b\": {\"matches\": \"(\"}}", "/b", "a parenthesis is not closed" },
    { "{\"/a\": {\"matches\": \"((a{255}){255}){255}\"}}", "/a",
      "it is too large, with all of its repetitions" },
    { "{\"/a\": {\"matches\": 5}}", "/a", "what it matches is no text" },
    { "{\"/a\": {\"equal\": 5}}", "/a", "it has neither present nor equals nor matches" },
    { "{\"/a\": \"x\"}", "/a", "it is no JSON object" },
    { "{\"/a\": {\"matches\": \"^a+$\"}, \"/b\": {\"equals\": null}}", NULL, NULL },
};

START_TEST(a_rule_that_cannot_be_used_is_named)
{
    json_object *parsed = json_tokener_parse(unusable[_i].rules);
    const char *pointer = NULL, *error = environment_rules_error(parsed, &pointer);

    ck_assert_pstr_eq(error, unusable[_i].error);
    if (error != NULL)
        ck_assert_str_eq(pointer, unusable[_i].pointer);
    json_object_put(parsed);
}
END_TEST

/* Whoever opens the dumps may refuse; what is in them is judged here. */
static const struct {
    const char *told; /* of the program's answer, behind the id */
    enum status status;
    enum refusal refusal;
} programs[] = {
    { "\"env\":{\"all_processes\":[{\"pid\":1,\"username\":\"chutes\",\"cmdline\":\"" COMMAND
      "\"}]},\"code\":{\"content\":\"aQ==\"}",
      STATUS_OK, REFUSAL_NONE },
    { "\"env\":{\"all_processes\":[{\"pid\":1,\"username\":\"chutes\",\"cmdline\":\"" COMMAND
      "\"}]},\"code\":{\"content\":\"ag==\"}",
      STATUS_OK, REFUSAL_CODE_DIFFERS },
    { "\"env\":{},\"code\":{}", STATUS_OK, REFUSAL_ENVIRONMENT_UNREADABLE },
    { "\"refused\":\"environment_unreadable\"", STATUS_OK, REFUSAL_ENVIRONMENT_UNREADABLE },
    { "\"refused\":\"code_unreadable\"", STATUS_OK, REFUSAL_CODE_UNREADABLE },
    { "\"refused\":\"code_differs\"", STATUS_UNAVAILABLE, REFUSAL_NONE },
    { "\"env\":{}", STATUS_UNAVAILABLE, REFUSAL_NONE },
};

START_TEST(a_program_opens_the_dumps_and_we_judge_them)
{
    const struct environment_claim claim = {
        .env = "E", .code = "C", .env_key = "K", .ref_str = "app:chute", .hotkey = "M", .chute_code = "i"
    };
    struct config config = { .attestation = { .environment = ENVIRONMENT_COMMAND,
                                              .environment_timeout_ms = 20000,
                                              .programs_at_once = 1,
                                              .program_memory_mb = 1024 } };
    char *path = arena_printf(arena, "/tmp/rigger-environment-%ld", (long)getpid());
    enum refusal refusal = REFUSAL_COUNT;
    FILE *script = fopen(path, "w");

    ck_assert_ptr_nonnull(script);
    fprintf(script,
            "read -r line; id=${line#*'\"id\":\"'}; id=${id%%%%'\"'*}\n"
            "[ \"${line#*'\"env\":'}\" = '\"E\",\"code\":\"C\",\"env_key\":\"K\"}' ] || exit 1\n"
            "printf '{\"id\":\"%%s\",%%s}\\n' \"$id\" '%s'\n",
            programs[_i].told);
    ck_assert_int_eq(fclose(script), 0);
    config.attestation.environment_command = arena_printf(arena, "/bin/sh %s", path);
    config.launch.validator_ss58 = arena_strdup(arena, "V");
    ck_assert_int_eq(environment_check(&config, arena, &claim, INT64_MAX, &refusal), programs[_i].status);
    ck_assert_int_eq(refusal, programs[_i].refusal);
    unlink(path);
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
    tcase_add_loop_test(tests, a_rule_that_cannot_be_used_is_named, 0, COUNT(unusable));
    tcase_add_loop_test(tests, every_rule_of_the_administrator_must_hold, 0, COUNT(rules));
    tcase_add_loop_test(tests, a_program_opens_the_dumps_and_we_judge_them, 0, COUNT(programs));
    suite_add_tcase(suite, tests);
    return suite;
}
