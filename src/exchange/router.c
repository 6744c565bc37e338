/* Matches a raw path against the patterns of the registry. Segments are split before they are decoded, so
 * that an encoded slash never makes a segment of its own. */
#include "exchange/router.h"

#include "core/bounds.h"
#include "http/uri.h"

#include <string.h>

/* The next segment of *rest, up to the next slash; *rest moves behind it. NULL: there is none. */
static const char *next_segment(const char **rest, size_t *length)
{
    const char *segment = *rest;

    if (*segment != '/')
        return NULL;
    segment++;
    *length = strcspn(segment, "/");
    *rest = segment + *length;
    return segment;
}

static bool matches(struct arena *arena, const char *pattern, const char *path,
                    const char *parameters[ENDPOINT_PATH_PARAMETERS_MAX])
{
    size_t count = 0, wanted_length = 0, length = 0;

    while (*pattern != '\0') {
        const char *wanted = next_segment(&pattern, &wanted_length);
        const char *segment = next_segment(&path, &length), *decoded;

        if (wanted == NULL || segment == NULL)
            return false;
        decoded = uri_decode(arena, segment, length, false);
        if (decoded == NULL)
            return false;
        if (wanted[0] != '{') {
            if (strlen(decoded) != wanted_length || memcmp(decoded, wanted, wanted_length) != 0)
                return false;
        } else {
            /* rule: router.encoded_slash, rule: router.empty_segment */
            if (decoded[0] == '\0' || strchr(decoded, '/') != NULL || count == ENDPOINT_PATH_PARAMETERS_MAX)
                return false;
            /* No name is so long, and what comes behind this looks names up. */
            /* rule: router.name_bound */
            if (bound_prefix(decoded, strlen(decoded), BOUND_NAME) < strlen(decoded))
                return false;
            parameters[count++] = decoded;
        }
    }
    return *path == '\0';
}

/* The value of Allow for a set of methods (bit n: method n). */
static const char *write_allow(struct arena *arena, unsigned methods)
{
    const char *allow = "";

    for (int method = HTTP_GET; method < HTTP_METHOD_COUNT; method++)
        if ((methods & 1U << method) != 0)
            allow = arena_printf(arena, "%s%s%s", allow, allow[0] == '\0' ? "" : ", ",
                                 http_method_name((enum http_method)method));
    return allow;
}

/* The first endpoint of that path and method; else *methods is the set of those that the path has. */
static struct route match_path(const struct endpoint *const *registry, struct arena *arena,
                               enum http_method method, const char *path, unsigned *methods)
{
    *methods = 0;
    for (size_t i = 0; registry[i] != NULL; i++) {
        struct route route = { .endpoint = registry[i], .number = i };

        if (!matches(arena, route.endpoint->path, path, route.parameters))
            continue;
        if (route.endpoint->method == method)
            return route;
        *methods |= 1U << route.endpoint->method;
    }
    return (struct route){ .endpoint = NULL };
}

struct route router_find(const struct endpoint *const *registry, struct arena *arena, enum http_method method,
                         const char *path)
{
    size_t length = strlen(path);
    struct route route, other;
    const char *toggled;
    unsigned methods, other_methods;

    route = match_path(registry, arena, method, path, &methods);
    if (route.endpoint != NULL || length < 2)
        return route;
    toggled =
        path[length - 1] == '/' ? arena_strndup(arena, path, length - 1) : arena_printf(arena, "%s/", path);
    other = match_path(registry, arena, method, toggled, &other_methods);
    /* A path that is known, if for other methods, is the one that is meant; unless the other is one by its
     * whole name, where this may be known only because anything can stand in its place. */
    /* rule: router.known_path */
    if (methods != 0 && (other.endpoint == NULL || other.parameters[0] != NULL))
        route.allow = write_allow(arena, methods);
    else if (other.endpoint != NULL || other_methods != 0)
        route.redirect = toggled;
    return route;
}
