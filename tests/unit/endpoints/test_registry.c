/* endpoints/registry: every endpoint says what it must, and the router finds it. */
#include "endpoints/registry.h"
#include "exchange/router.h"
#include "metrics/metrics.h"

#include <check.h>
#include <string.h>

#define ONE(name) +1
#define COUNT     (0 ENDPOINTS(ONE))

Suite *registry_suite(void);

START_TEST(the_array_has_every_endpoint_of_the_list)
{
    ck_assert_int_lt(COUNT, METRICS_ROUTES_MAX);
    ck_assert_ptr_null(endpoint_registry[COUNT]);
}
END_TEST

START_TEST(an_endpoint_says_what_it_must)
{
    const struct endpoint *endpoint = endpoint_registry[_i];

    ck_assert_ptr_nonnull(endpoint->name);
    ck_assert_ptr_nonnull(endpoint->summary);
    ck_assert_ptr_nonnull(endpoint->run);
    ck_assert_int_ne(endpoint->auth, AUTH_DENY);
    ck_assert_int_ne(endpoint->pool, POOL_ANY);
    ck_assert_int_eq(endpoint->auth == AUTH_HOTKEY_PURPOSE, endpoint->purpose != NULL);
    ck_assert(endpoint->check == NULL || endpoint->body != NULL);
    ck_assert(!endpoint->large_body || endpoint->body != NULL);
}
END_TEST

/* No other endpoint stands before it in its way, and its name is its own: the metrics and the document use
 * it. */
START_TEST(an_endpoint_is_found_by_its_method_and_path)
{
    const struct endpoint *endpoint = endpoint_registry[_i];
    struct arena *arena = arena_create(65536);
    struct route route = router_find(endpoint_registry, arena, endpoint->method, endpoint->path);

    ck_assert_ptr_eq(route.endpoint, endpoint);
    ck_assert_uint_eq(route.number, (size_t)_i);
    for (int i = 0; i < _i; i++)
        ck_assert_str_ne(endpoint_registry[i]->name, endpoint->name);
    arena_free(arena);
}
END_TEST

/* Every text and every list among these and what is in them says how long it may be. */
static void assert_bounded(const char *endpoint, const struct field *fields)
{
    for (; fields != NULL && fields->type != FIELD_END; fields++) {
        bool counts = fields->type == FIELD_TEXT || fields->type == FIELD_LIST;

        ck_assert_msg(!counts || (fields->has_max && fields->max > 0), "%s: %s", endpoint, fields->name);
        if (fields->type == FIELD_LIST) {
            const struct field item[] = { *fields->children, { .type = FIELD_END } };

            assert_bounded(endpoint, item);
        } else {
            assert_bounded(endpoint, fields->children);
        }
    }
}

START_TEST(every_text_and_list_that_a_client_sends_has_a_length)
{
    assert_bounded(endpoint_registry[_i]->name, endpoint_registry[_i]->query);
    assert_bounded(endpoint_registry[_i]->name, endpoint_registry[_i]->body);
}
END_TEST

START_TEST(pools_have_names)
{
    ck_assert_str_eq(pool_name(POOL_ANY), "any");
    ck_assert_str_eq(pool_name(POOL_FAST), "fast");
    ck_assert_str_eq(pool_name(POOL_SLOW), "slow");
}
END_TEST

Suite *registry_suite(void)
{
    Suite *suite = suite_create("endpoints/registry");
    TCase *registry_case = tcase_create("registry");

    tcase_add_test(registry_case, the_array_has_every_endpoint_of_the_list);
    tcase_add_loop_test(registry_case, an_endpoint_says_what_it_must, 0, COUNT);
    tcase_add_loop_test(registry_case, an_endpoint_is_found_by_its_method_and_path, 0, COUNT);
    tcase_add_loop_test(registry_case, every_text_and_list_that_a_client_sends_has_a_length, 0, COUNT);
    tcase_add_test(registry_case, pools_have_names);
    suite_add_tcase(suite, registry_case);
    return suite;
}
