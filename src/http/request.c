/* Reads a request out of CGI variables (RFC 3875) and its transport. Believes none of them: what is not
 * exactly a path, a length or an id is refused or replaced. */
#include "http/request.h"

#include "core/bounds.h"
#include "core/encode.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Characters of a percent-encoded path that stay as they are; RFC 3986's unreserved ones and the slash. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"

#define ID_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@"

const char *request_variable(const struct request *request, const char *name, int *count)
{
    size_t length = strlen(name);
    const char *value = NULL;

    *count = 0;
    for (char **entry = request->transport->environment; *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) != 0 || (*entry)[length] != '=')
            continue;
        if (value == NULL)
            value = *entry + length + 1;
        ++*count;
    }
    return value;
}

const char *request_list(const struct request *request, const char *name)
{
    size_t length = strlen(name);
    const char *list = NULL;

    for (char **entry = request->transport->environment; *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) != 0 || (*entry)[length] != '=')
            continue;
        const char *value = *entry + length + 1;
        list = list == NULL ? arena_strdup(request->arena, value)
                            : arena_printf(request->arena, "%s, %s", list, value);
    }
    return list;
}

/* A variable that the web server sets once; "" where it is absent. */
static const char *server_variable(const struct request *request, const char *name)
{
    int count;
    const char *value = request_variable(request, name, &count);

    return value != NULL ? value : "";
}

static bool id_is_acceptable(const char *id, int count)
{
    size_t length = count == 1 ? strspn(id, ID_CHARACTERS) : 0;

    return length >= 1 && length <= REQUEST_ID_MAX_BYTES && id[length] == '\0';
}

/* nginx is told to say REQUEST_ID, Apache's mod_unique_id says UNIQUE_ID. No header becomes either. */
static const char *find_id(const struct request *request)
{
    static const char *const names[] = { "REQUEST_ID", "UNIQUE_ID" };
    char id[UUID_TEXT_BYTES];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        int count;
        const char *given = request_variable(request, names[i], &count);

        /* rule: http.request_id */
        if (id_is_acceptable(given, count))
            return arena_strdup(request->arena, given);
    }
    uuid4_text(id);
    return arena_strdup(request->arena, id);
}

const char *http_method_name(enum http_method method)
{
    static const char *const names[HTTP_METHOD_COUNT] = {
        [HTTP_OTHER] = "-", [HTTP_GET] = "GET",     [HTTP_HEAD] = "HEAD",     [HTTP_POST] = "POST",
        [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
    };

    return names[method];
}

static enum http_method read_method(const char *text)
{
    for (int method = HTTP_OTHER + 1; method < HTTP_METHOD_COUNT; method++)
        if (strcmp(text, http_method_name((enum http_method)method)) == 0)
            return (enum http_method)method;
    return HTTP_OTHER;
}

/* Path and query as a CGI server without REQUEST_URI tells them. It has decoded the path; encoding it again
 * is all that can be done, and a slash that was encoded is lost: it separates segments now. */
static const char *rebuild_target(const struct request *request)
{
    const char *parts[] = { server_variable(request, "SCRIPT_NAME"), server_variable(request, "PATH_INFO") };
    const char *query = server_variable(request, "QUERY_STRING");
    size_t length = strlen(parts[0]) + strlen(parts[1]);
    char *path = arena_alloc(request->arena, 3 * length + 1), *out = path;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        for (const char *at = parts[i]; *at != '\0'; at++) {
            if (strchr(PLAIN, *at) != NULL) {
                *out++ = *at;
                continue;
            }
            *out++ = '%';
            hex_encode(out, at, 1);
            out += 2;
        }
    }
    return arena_printf(request->arena, "%s%s%s", path, query[0] == '\0' ? "" : "?", query);
}

/* Takes "http://host" off a target in absolute form (RFC 9112, 3.2.2), which some servers pass on. */
static const char *skip_authority(const char *target)
{
    static const char *const schemes[] = { "http://", "https://" };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t length = strlen(schemes[i]);

        if (strncasecmp(target, schemes[i], length) == 0)
            return target + length + strcspn(target + length, "/?");
    }
    return target;
}

/* The path is part of a Location and the query of another request to come: neither may hold what breaks a
 * line. */
static bool has_control_character(const char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text <= ' ' || *text == 0x7F)
            return true;
    return false;
}

static enum refusal read_target(struct request *request, const char *base_path)
{
    const char *target = server_variable(request, "REQUEST_URI"), *path;
    size_t length, base_length = strlen(base_path);

    target = skip_authority(target[0] != '\0' ? target : rebuild_target(request));
    /* rule: http.target_length */
    if (strlen(target) > BOUND_TARGET)
        return REFUSAL_MALFORMED_REQUEST;
    length = strcspn(target, "?");
    path = length == 0 && *target == '?' ? "/" : arena_strndup(request->arena, target, length);
    /* rule: http.target, rule: http.target_characters */
    if (path[0] != '/' || has_control_character(target))
        return REFUSAL_MALFORMED_REQUEST;
    request->query = arena_strdup(request->arena, target[length] == '?' ? target + length + 1 : "");
    /* rule: http.base_path */
    if (strncmp(path, base_path, base_length) != 0 || (path[base_length] != '/' && path[base_length] != '\0'))
        return REFUSAL_NOT_FOUND;
    path += base_length;
    request->path = *path == '\0' ? "/" : path;
    return REFUSAL_NONE;
}

enum refusal request_read_head(struct request *request, struct arena *arena, struct transport *transport,
                               const char *base_path)
{
    const char *method;

    *request = (struct request){ .arena = arena, .transport = transport, .path = "", .query = "" };
    request->request_id = find_id(request);
    request->peer = arena_strdup(arena, server_variable(request, "REMOTE_ADDR"));
    request->client = request->peer;
    method = server_variable(request, "REQUEST_METHOD");
    request->method_text = arena_strdup(arena, method);
    request->method = read_method(method);
    if (method[0] == '\0')
        return REFUSAL_MALFORMED_REQUEST;
    return read_target(request, base_path);
}

/* Digits alone, and at most max_bytes. */
static enum refusal read_length(const char *text, size_t max_bytes, size_t *length)
{
    *length = 0;
    /* rule: http.length_digits */
    if (text[strspn(text, "0123456789")] != '\0')
        return REFUSAL_MALFORMED_REQUEST;
    for (; *text != '\0'; text++) {
        size_t digit = (size_t)(*text - '0');

        if (*length > (SIZE_MAX - digit) / 10)
            return REFUSAL_TOO_LARGE;
        *length = *length * 10 + digit;
    }
    /* rule: http.length_limit */
    return *length > max_bytes ? REFUSAL_TOO_LARGE : REFUSAL_NONE;
}

enum refusal request_read_body(struct request *request, size_t max_bytes)
{
    const char *announced;
    unsigned char *body;
    size_t length, taken = 0;
    enum refusal refusal;
    int count;

    request->body = (const unsigned char *)"";
    request->body_length = 0;
    announced = request_variable(request, "CONTENT_LENGTH", &count);
    /* rule: http.length_once */
    if (count > 1)
        return REFUSAL_MALFORMED_REQUEST;
    /* No length is no body. Web servers pass an empty variable where the client sent no header, and the
     * length of what they have read where it came in chunks; where they do not know it, nobody does. */
    if (announced == NULL || announced[0] == '\0')
        /* rule: http.length_required */
        return request_variable(request, "HTTP_TRANSFER_ENCODING", &count) == NULL ? REFUSAL_NONE
                                                                                   : REFUSAL_LENGTH_REQUIRED;
    refusal = read_length(announced, max_bytes, &length);
    if (refusal != REFUSAL_NONE)
        return refusal;
    body = arena_alloc(request->arena, length + 1);
    while (taken < length) {
        ssize_t got = request->transport->read(request->transport, body + taken, length - taken);

        /* rule: http.body_whole */
        if (got <= 0)
            return REFUSAL_MALFORMED_REQUEST;
        taken += (size_t)got;
    }
    request->body = body;
    request->body_length = length;
    return REFUSAL_NONE;
}
