/* exchange/router: which path is whose, and what the others are told. */
#include "exchange/router.h"

#include "core/bounds.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *router_suite(void);

static const struct endpoint list = { .name = "list", .method = HTTP_GET, .path = "/things" };
static const struct endpoint create = { .name = "create", .method = HTTP_POST, .path = "/things/{id}/" };
static const struct endpoint show = { .name = "show",
                                      .method = HTTP_GET,
                                      .path = "/things/{id}/parts/{part}" };
static const struct endpoint fixed = { .name = "fixed",
                                       .method = HTTP_PUT,
                                       .path = "/things/new/parts/first" };
static const struct endpoint all = { .name = "all", .method = HTTP_GET, .path = "/things/all" };
static const struct endpoint *const registry[] = { &list, &create, &show, &fixed, &all, NULL };

static const struct {
    enum http_method method;
    const char *path;
    const char *endpoint, *first, *second; /* what is found */
    const char *allow, *redirect;          /* what is told */
} cases[] = {
    { HTTP_GET, "/things", "list", NULL, NULL, NULL, NULL },
    { HTTP_GET, "/th%69ngs", "list", NULL, NULL, NULL, NULL },
    { HTTP_GET, "/Things", NULL, NULL, NULL, NULL, NULL },
    { HTTP_GET, "/things/", NULL, NULL, NULL, NULL, "/things" },
    { HTTP_GET, "/things//", NULL, NULL, NULL, NULL, NULL },
    { HTTP_HEAD, "/things", NULL, NULL, NULL, "GET", NULL },
    { HTTP_OTHER, "/things", NULL, NULL, NULL, "GET", NULL },
    { HTTP_POST, "/things/a b/", "create", "a b", NULL, NULL, NULL },
    { HTTP_POST, "/things/a%20b/", "create", "a b", NULL, NULL, NULL },
    { HTTP_POST, "/things/x", NULL, NULL, NULL, NULL, "/things/x/" },
    { HTTP_POST, "/things/all", NULL, NULL, NULL, "GET", NULL }, /* though POST /things/all/ is known */
    { HTTP_POST, "/things/all/", "create", "all", NULL, NULL, NULL },
    { HTTP_GET, "/things/all/", NULL, NULL, NULL, NULL, "/things/all" }, /* though POST has it */
    { HTTP_GET, "/things/x", NULL, NULL, NULL, NULL, "/things/x/" },
    { HTTP_POST, "/things//", NULL, NULL, NULL, NULL, NULL },
    { HTTP_POST, "/things/a%2Fb/", NULL, NULL, NULL, NULL, NULL },
    { HTTP_POST, "/things/a%00b/", NULL, NULL, NULL, NULL, NULL },
    { HTTP_POST, "/things/a%ffb/", NULL, NULL, NULL, NULL, NULL },
    { HTTP_GET, "/things/1/parts/2", "show", "1", "2", NULL, NULL },
    { HTTP_PUT, "/things/new/parts/first", "fixed", NULL, NULL, NULL, NULL },
    { HTTP_GET, "/things/new/parts/first", "show", "new", "first", NULL, NULL },
    { HTTP_DELETE, "/things/new/parts/first", NULL, NULL, NULL, "GET, PUT", NULL },
    { HTTP_GET, "/", NULL, NULL, NULL, NULL, NULL },
    { HTTP_GET, "", NULL, NULL, NULL, NULL, NULL },
    { HTTP_GET, "things", NULL, NULL, NULL, NULL, NULL },
};

START_TEST(a_name_that_is_too_long_is_no_path)
{
    struct arena *arena = arena_create(65536);
    char name[2 * BOUND_NAME + 3] = "";
    struct route route;

    for (size_t i = 0; i < BOUND_NAME; i++)
        memcpy(name + 2 * i, "\u00fc", 3);
    route = router_find(registry, arena, HTTP_POST, arena_printf(arena, "/things/%s/", name));
    ck_assert_ptr_eq(route.endpoint, &create);
    memcpy(name + strlen(name), "\u00fc", 3);
    route = router_find(registry, arena, HTTP_POST, arena_printf(arena, "/things/%s/", name));
    ck_assert_ptr_null(route.endpoint);
    ck_assert_ptr_null(route.allow);
    ck_assert_ptr_null(route.redirect);
    arena_free(arena);
}
END_TEST

START_TEST(a_path_finds_its_endpoint_or_the_right_refusal)
{
    struct arena *arena = arena_create(65536);
    struct route route = router_find(registry, arena, cases[_i].method, cases[_i].path);

    ck_assert_pstr_eq(route.endpoint != NULL ? route.endpoint->name : NULL, cases[_i].endpoint);
    if (route.endpoint != NULL) {
        ck_assert_ptr_eq(route.endpoint, registry[route.number]);
        ck_assert_pstr_eq(route.parameters[0], cases[_i].first);
        ck_assert_pstr_eq(route.parameters[1], cases[_i].second);
    }
    ck_assert_pstr_eq(route.allow, cases[_i].allow);
    ck_assert_pstr_eq(route.redirect, cases[_i].redirect);
    arena_free(arena);
}
END_TEST

Suite *router_suite(void)
{
    Suite *suite = suite_create("router");
    TCase *path_case = tcase_create("paths");

    tcase_add_test(path_case, a_name_that_is_too_long_is_no_path);
    tcase_add_loop_test(path_case, a_path_finds_its_endpoint_or_the_right_refusal, 0, COUNT(cases));
    suite_add_tcase(suite, path_case);
    return suite;
}
