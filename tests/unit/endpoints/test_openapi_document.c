/* endpoints/openapi_document: the document has exactly the endpoints of the contract, each with its
 * parameters, its credential and its answers. */
#include "endpoints/openapi_document.h"

#include "core/refusal.h"
#include "endpoints/registry.h"
#include "json/json.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *openapi_document_suite(void);

static json_object *document;

static void set_up(void)
{
    document = openapi_document("https://api.example");
}

static void tear_down(void)
{
    json_object_put(document);
}

static json_object *get(json_object *object, const char *key)
{
    return json_object_object_get(object, key);
}

/* NULL: it is not in the document. */
static json_object *operation_of(const struct endpoint *endpoint)
{
    static const char *const names[] = {
        [HTTP_GET] = "get",     [HTTP_POST] = "post",     [HTTP_PUT] = "put",
        [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete", [HTTP_HEAD] = "head"
    };

    return get(get(get(document, "paths"), endpoint->path), names[endpoint->method]);
}

START_TEST(it_has_the_endpoints_of_the_contract_and_no_others)
{
    size_t operations = 0, wanted = 0;

    ck_assert_str_eq(json_get_text(document, "openapi"), "3.1.0");
    ck_assert_str_eq(json_get_text(json_object_array_get_idx(get(document, "servers"), 0), "url"),
                     "https://api.example");
    json_object_object_foreach(get(document, "paths"), path, methods)
    {
        ck_assert_msg(path[0] == '/', "%s", path);
        operations += (size_t)json_object_object_length(methods);
    }
    for (size_t i = 0; endpoint_registry[i] != NULL; i++) {
        const struct endpoint *endpoint = endpoint_registry[i];
        json_object *operation = operation_of(endpoint);

        ck_assert_msg((operation != NULL) == (endpoint->success.status != 0), "%s", endpoint->name);
        if (operation == NULL)
            continue;
        ck_assert_str_eq(json_get_text(operation, "operationId"), endpoint->name);
        ck_assert_pstr_eq(json_get_text(operation, "x-signed-purpose"), endpoint->purpose);
        wanted++;
    }
    ck_assert_uint_eq(operations, wanted);
    ck_assert_uint_eq(operations, 8);
}
END_TEST

static bool has_parameter(json_object *operation, const char *place, const char *name, bool required)
{
    json_object *parameters = get(operation, "parameters");

    for (size_t i = 0; i < json_object_array_length(parameters); i++) {
        json_object *parameter = json_object_array_get_idx(parameters, i);

        if (strcmp(json_get_text(parameter, "in"), place) == 0 &&
            strcmp(json_get_text(parameter, "name"), name) == 0)
            return json_get_boolean(parameter, "required", false) == required &&
                   get(parameter, "schema") != NULL;
    }
    return false;
}

START_TEST(parameters_and_bodies_are_described)
{
    ck_assert(has_parameter(operation_of(&delete_instance), "path", "chute_id", true));
    ck_assert(has_parameter(operation_of(&delete_instance), "path", "instance_id", true));
    ck_assert(has_parameter(operation_of(&issue_launch_config), "query", "chute_id", true));
    ck_assert(has_parameter(operation_of(&issue_launch_config), "query", "job_id", false));
    ck_assert(!has_parameter(operation_of(&issue_launch_config), "path", "chute_id", true));
    for (size_t i = 0; endpoint_registry[i] != NULL; i++) {
        json_object *operation = operation_of(endpoint_registry[i]);

        if (operation != NULL)
            ck_assert_msg((get(operation, "requestBody") != NULL) == (endpoint_registry[i]->body != NULL),
                          "%s", endpoint_registry[i]->name);
    }
}
END_TEST

static const enum refusal refusals_of_all[] = { REFUSAL_MALFORMED_REQUEST, REFUSAL_NOT_FOUND,
                                                REFUSAL_TOO_LARGE, REFUSAL_INTERNAL_ERROR,
                                                REFUSAL_UNAVAILABLE };

static void assert_answers(const struct endpoint *endpoint, int status)
{
    char name[8];

    snprintf(name, sizeof(name), "%d", status);
    ck_assert_msg(get(get(operation_of(endpoint), "responses"), name) != NULL, "%s: %d", endpoint->name,
                  status);
}

START_TEST(every_refusal_is_among_the_answers)
{
    for (size_t i = 0; endpoint_registry[i] != NULL; i++) {
        const struct endpoint *endpoint = endpoint_registry[i];

        if (endpoint->success.status == 0)
            continue;
        assert_answers(endpoint, endpoint->success.status);
        for (size_t j = 0; j < sizeof(refusals_of_all) / sizeof(refusals_of_all[0]); j++)
            assert_answers(endpoint, refusal_http(refusals_of_all[j]));
        for (const enum refusal *refusal = endpoint->refusals; refusal != NULL && *refusal != REFUSAL_NONE;
             refusal++)
            assert_answers(endpoint, refusal_http(*refusal));
        if (endpoint->auth != AUTH_NONE)
            assert_answers(endpoint, refusal_http(REFUSAL_NO_CREDENTIAL));
        if (endpoint->query != NULL || endpoint->body != NULL)
            assert_answers(endpoint, refusal_http(REFUSAL_INVALID));
    }
}
END_TEST

START_TEST(an_operation_names_its_credential)
{
    for (size_t i = 0; endpoint_registry[i] != NULL; i++) {
        const struct endpoint *endpoint = endpoint_registry[i];
        json_object *operation = operation_of(endpoint), *security = NULL;

        if (operation == NULL)
            continue;
        json_object_object_get_ex(operation, "security", &security);
        if (endpoint->auth == AUTH_NONE)
            ck_assert(security == NULL || json_object_array_length(security) == 0);
        else
            ck_assert_uint_gt(json_object_array_length(security), 0);
    }
}
END_TEST

Suite *openapi_document_suite(void)
{
    Suite *suite = suite_create("endpoints/openapi_document");
    TCase *tests = tcase_create("openapi_document");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, it_has_the_endpoints_of_the_contract_and_no_others);
    tcase_add_test(tests, parameters_and_bodies_are_described);
    tcase_add_test(tests, every_refusal_is_among_the_answers);
    tcase_add_test(tests, an_operation_names_its_credential);
    suite_add_tcase(suite, tests);
    return suite;
}
