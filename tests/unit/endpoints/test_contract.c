/* endpoints: what each endpoint declares, against the wire contract (docs/contract.md): who may ask, by which
 * socket, how large, and what is read; and the rules that no table expresses. */
#include "endpoints/registry.h"

#include "check/vectors.h"
#include "http/fields.h"
#include "json/json.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *contract_suite(void);

static const struct {
    const struct endpoint *endpoint;
    enum http_method method;
    const char *path;
    enum auth_policy auth;
    const char *purpose;
    enum pool pool;
    bool query, body, large_body, check, runs_when_invalid;
    int success; /* 0: not of the contract */
} declared[] = {
    { &issue_launch_config, HTTP_GET, "/instances/launch_config", AUTH_HOTKEY_PURPOSE, "launch", POOL_FAST,
      .query = true, .success = 200 },
    { &claim_launch_config, HTTP_POST, "/instances/launch_config/{config_id}", AUTH_LAUNCH_TOKEN, NULL,
      POOL_SLOW, .body = true, .large_body = true, .check = true, .success = 200 },
    { &verify_launch_config, HTTP_PUT, "/instances/launch_config/{config_id}", AUTH_LAUNCH_TOKEN, NULL,
      POOL_SLOW, .body = true, .large_body = true, .runs_when_invalid = true, .success = 200 },
    { &activate_launch_config, HTTP_GET, "/instances/launch_config/{config_id}/activate", AUTH_LAUNCH_TOKEN,
      NULL, POOL_FAST, .success = 200 },
    { &create_instance, HTTP_POST, "/instances/{chute_id}/", AUTH_HOTKEY_BODY, NULL, POOL_SLOW, .body = true,
      .success = 202 },
    { &activate_instance, HTTP_PATCH, "/instances/{chute_id}/{instance_id}", AUTH_HOTKEY_BODY, NULL,
      POOL_FAST, .body = true, .success = 200 },
    { &delete_instance, HTTP_DELETE, "/instances/{chute_id}/{instance_id}", AUTH_HOTKEY_PURPOSE, "instances",
      POOL_FAST, .success = 200 },
    { &token_check, HTTP_GET, "/instances/token_check", AUTH_NONE, NULL, POOL_FAST, .query = true,
      .success = 200 },
    { &ping, HTTP_GET, "/ping", AUTH_NONE, NULL, POOL_FAST },
    { &livez, HTTP_GET, "/livez", AUTH_NONE, NULL, POOL_FAST },
    { &readyz, HTTP_GET, "/readyz", AUTH_NONE, NULL, POOL_FAST },
    { &metrics, HTTP_GET, "/metrics", AUTH_MONITORING, NULL, POOL_FAST },
    { &openapi, HTTP_GET, "/openapi.json", AUTH_NONE, NULL, POOL_FAST },
    { &docs, HTTP_GET, "/docs/", AUTH_NONE, NULL, POOL_FAST },
    { &docs_script, HTTP_GET, "/docs/docs.js", AUTH_NONE, NULL, POOL_FAST },
    { &docs_style, HTTP_GET, "/docs/docs.css", AUTH_NONE, NULL, POOL_FAST },
};

START_TEST(an_endpoint_declares_what_the_contract_says)
{
    const struct endpoint *endpoint = declared[_i].endpoint;

    ck_assert_int_eq(endpoint->method, declared[_i].method);
    ck_assert_str_eq(endpoint->path, declared[_i].path);
    ck_assert_int_eq(endpoint->auth, declared[_i].auth);
    ck_assert_pstr_eq(endpoint->purpose, declared[_i].purpose);
    ck_assert_int_eq(endpoint->pool, declared[_i].pool);
    ck_assert_int_eq(endpoint->query != NULL, declared[_i].query);
    ck_assert_int_eq(endpoint->body != NULL, declared[_i].body);
    ck_assert_int_eq(endpoint->large_body, declared[_i].large_body);
    ck_assert_int_eq(endpoint->check != NULL, declared[_i].check);
    ck_assert_int_eq(endpoint->runs_when_invalid, declared[_i].runs_when_invalid);
    ck_assert_int_eq(endpoint->success.status, declared[_i].success);
}
END_TEST

START_TEST(every_endpoint_stands_in_the_contract)
{
    for (size_t i = 0; endpoint_registry[i] != NULL; i++) {
        int found = 0;

        for (int j = 0; j < COUNT(declared); j++)
            found += declared[j].endpoint == endpoint_registry[i];
        ck_assert_msg(found == 1, "%s", endpoint_registry[i]->name);
    }
}
END_TEST

#define MAPPING(internal, external, proto)                                                                   \
    "{\"internal_port\":" internal ",\"external_port\":" external ",\"proto\":\"" proto "\"}"
#define CLAIM(mappings)                                                                                      \
    "{\"gpus\":[{\"uuid\":\"g\"}],\"host\":\"h\",\"env\":\"e\",\"code\":\"c\",\"port_mappings\":[" mappings  \
    "]}"

/* loc of the error; NULL: the claim is well-formed. */
static const struct {
    const char *body, *loc;
} claims[] = {
    { CLAIM(MAPPING("8000", "9000", "tcp")), NULL },
    { CLAIM(MAPPING("8000", "9000", "tcp") "," MAPPING("8001", "9001", "tcp")), NULL },
    { CLAIM(MAPPING("8000", "9000", "tcp") "," MAPPING("8000", "9000", "udp")), NULL },
    { CLAIM(MAPPING("8000", "9000", "tcp") "," MAPPING("8000", "9001", "http")), NULL },
    { CLAIM(MAPPING("8000", "9000", "tcp") "," MAPPING("8000", "9001", "tcp")),
      "[\"body\",\"port_mappings\",1]" },
    { CLAIM(MAPPING("8000", "9000", "udp") "," MAPPING("8001", "9000", "udp")),
      "[\"body\",\"port_mappings\",1]" },
    { CLAIM(MAPPING("8000", "9000", "tcp") "," MAPPING("8001", "9001", "udp") "," MAPPING("8002", "9000",
                                                                                          "tcp")),
      "[\"body\",\"port_mappings\",2]" },
    { CLAIM(MAPPING("8000", "9000", "tcp") "," MAPPING("8000", "9001", "TCP")),
      "[\"body\",\"port_mappings\",1]" },
    { CLAIM(""), "[\"body\",\"port_mappings\"]" },
    { CLAIM(MAPPING("21", "9000", "tcp")), "[\"body\",\"port_mappings\",0,\"internal_port\"]" },
    { CLAIM(MAPPING("8000", "65536", "tcp")), "[\"body\",\"port_mappings\",0,\"external_port\"]" },
    { CLAIM(MAPPING("8000", "9000", "sctp")), "[\"body\",\"port_mappings\",0,\"proto\"]" },
    { "{\"host\":\"h\",\"env\":\"e\",\"code\":\"c\",\"port_mappings\":[" MAPPING("8000", "9000", "tcp") "]}",
      "[\"body\",\"gpus\"]" },
    { "[]", "[\"body\"]" },
    { "", "[\"body\"]" },
};

/* Reads body against an endpoint's tables, as the pipeline does; the loc of the first error, NULL: none. */
static const char *first_loc(const struct endpoint *endpoint, const char *text, struct arena *arena)
{
    struct field_errors errors = { .arena = arena };
    struct request request = {
        .arena = arena, .query = "", .body = (const unsigned char *)text, .body_length = strlen(text)
    };
    json_object *body = fields_read_body(endpoint->body, &request, &errors), *loc = NULL;

    if (errors.list == NULL && endpoint->check != NULL)
        endpoint->check(body, &errors);
    if (errors.list == NULL)
        return NULL;
    json_object_object_get_ex(json_object_array_get_idx(errors.list, 0), "loc", &loc);
    return arena_strdup(arena, json_object_to_json_string_ext(loc, JSON_C_TO_STRING_PLAIN));
}

START_TEST(a_claim_maps_each_port_of_a_protocol_once)
{
    struct arena *arena = arena_create((size_t)1 << 20);

    ck_assert_pstr_eq(first_loc(&claim_launch_config, claims[_i].body, arena), claims[_i].loc);
    arena_free(arena);
}
END_TEST

START_TEST(no_more_than_32_ports_are_mapped)
{
    struct arena *arena = arena_create((size_t)1 << 20);
    char *mappings = arena_strdup(arena, "");

    for (int i = 0; i < 33; i++) {
        if (i == 32)
            ck_assert_ptr_null(first_loc(
                &claim_launch_config,
                arena_printf(arena,
                             "{\"gpus\":[{\"uuid\":\"g\"}],\"host\":\"h\",\"env\":\"e\",\"code\":\"c\","
                             "\"port_mappings\":[%s]}",
                             mappings),
                arena));
        mappings = arena_printf(arena, "%s%s{\"internal_port\":%d,\"external_port\":%d,\"proto\":\"tcp\"}",
                                mappings, i == 0 ? "" : ",", 8000 + i, 9000 + i);
    }
    ck_assert_str_eq(
        first_loc(&claim_launch_config,
                  arena_printf(arena,
                               "{\"gpus\":[{\"uuid\":\"g\"}],\"host\":\"h\",\"env\":\"e\",\"code\":"
                               "\"c\",\"port_mappings\":[%s]}",
                               mappings),
                  arena),
        "[\"body\",\"port_mappings\"]");
    arena_free(arena);
}
END_TEST

/* token_check needs no database: its answers are those of another implementation. */
START_TEST(a_token_is_made_of_address_salt_and_secret)
{
    json_object *root = vectors_load("ip_token.json"), *list = vectors_list(root, "vectors");
    struct arena *arena = arena_create((size_t)1 << 20);
    struct config config = { 0 };
    const char *secret = vectors_text(root, "ip_check_salt");

    ck_assert(secret_set(&config.launch.ip_check_salt, secret, strlen(secret)));
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *vector = json_object_array_get_idx(list, i),
                    *query = json_made(json_object_new_object());
        struct request request = { .arena = arena, .client = vectors_text(vector, "ip") };
        struct response response = { 0 };
        struct exchange exchange = {
            .arena = arena, .config = &config, .request = &request, .response = &response, .query = query
        };
        const char *salt = vectors_text(vector, "salt_param");
        char wanted[128];

        json_put(query, "salt", salt != NULL ? json_object_new_string(salt) : NULL);
        ck_assert_int_eq(token_check.run(&exchange), STATUS_OK);
        snprintf(wanted, sizeof(wanted), "{\"token\":\"%s\"}", vectors_text(vector, "token"));
        ck_assert_int_eq(response.status, 200);
        ck_assert_uint_eq(response.body_length, strlen(wanted));
        ck_assert_mem_eq(response.body, wanted, strlen(wanted));
        json_object_put(query);
    }
    secret_clear(&config.launch.ip_check_salt);
    arena_free(arena);
    json_object_put(root);
}
END_TEST

Suite *contract_suite(void)
{
    Suite *suite = suite_create("endpoints/contract");
    TCase *tests = tcase_create("contract"), *tokens = tcase_create("token_check");

    tcase_add_loop_test(tests, an_endpoint_declares_what_the_contract_says, 0, COUNT(declared));
    tcase_add_test(tests, every_endpoint_stands_in_the_contract);
    tcase_add_loop_test(tests, a_claim_maps_each_port_of_a_protocol_once, 0, COUNT(claims));
    tcase_add_test(tests, no_more_than_32_ports_are_mapped);
    suite_add_tcase(suite, tests);
    tcase_set_tags(tokens, "vectors");
    tcase_add_test(tokens, a_token_is_made_of_address_salt_and_secret);
    suite_add_tcase(suite, tokens);
    return suite;
}
