/* A request line on the real registry: at most one verdict, parameters that are one segment each, and a
 * redirect that leads somewhere. */
#include "exchange/router.h"
#include "endpoints/registry.h"
#include "fuzz/fuzz.h"
#include "json/json.h"

#include <string.h>

void fuzz_router(const unsigned char *data, size_t size);

void fuzz_router(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    enum http_method method = (enum http_method)(fuzz_byte(&rest) % HTTP_METHOD_COUNT);
    const char *path = fuzz_text(arena, rest.data, rest.size);
    struct route route;

    if (path[0] != '/')
        return;
    route = router_find(endpoint_registry, arena, method, path);
    FUZZ_CHECK((route.endpoint != NULL) + (route.allow != NULL) + (route.redirect != NULL) <= 1);
    if (route.endpoint != NULL) {
        FUZZ_CHECK(endpoint_registry[route.number] == route.endpoint && route.endpoint->method == method);
        for (size_t i = 0; i < ENDPOINT_PATH_PARAMETERS_MAX; i++) {
            const char *parameter = route.parameters[i];
            if (parameter != NULL)
                FUZZ_CHECK(parameter[0] != '\0' && utf8_is_valid(parameter, strlen(parameter)));
        }
    }
    if (route.redirect != NULL) {
        struct route there = router_find(endpoint_registry, arena, method, route.redirect);
        FUZZ_CHECK(there.redirect == NULL && (there.endpoint != NULL || there.allow != NULL));
    }
}
