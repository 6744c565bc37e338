/* Walks the registry. What follows from an endpoint's policy or tables (401, 413, 422, …) is said here once.
 */
#include "endpoints/openapi_document.h"

#include "endpoints/registry.h"
#include "http/fields_schema.h"
#include "json/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define STATUS_TEXT_BYTES 8
#define JSON_TYPE         "application/json"
#define SCHEMA_REF        "#/components/schemas/"

static json_object *text(const char *value)
{
    return json_made(json_object_new_string(value));
}

static json_object *object(void)
{
    return json_made(json_object_new_object());
}

static json_object *list(void)
{
    return json_made(json_object_new_array());
}

static json_object *reference(const char *to)
{
    json_object *made = object();

    json_put(made, "$ref", text(to));
    return made;
}

/* {"application/json": {"schema": schema}} */
static json_object *json_content(json_object *schema)
{
    json_object *content = object(), *type = object();

    json_put(type, "schema", schema);
    json_put(content, JSON_TYPE, type);
    return content;
}

static void put_answer(json_object *answers, int status, const char *doc, json_object *schema)
{
    json_object *answer = object();
    char name[STATUS_TEXT_BYTES];

    snprintf(name, sizeof(name), "%d", status);
    json_put(answer, "description", text(doc));
    json_put(answer, "content", json_content(schema));
    json_put(answers, name, answer);
}

/* What any request may be refused with. */
static const enum refusal refusals_of_all[] = { REFUSAL_MALFORMED_REQUEST, REFUSAL_NOT_FOUND,
                                                REFUSAL_LENGTH_REQUIRED,   REFUSAL_TOO_LARGE,
                                                REFUSAL_TOO_MANY_REQUESTS, REFUSAL_INTERNAL_ERROR,
                                                REFUSAL_UNAVAILABLE,       REFUSAL_NONE };

/* What one under a hotkey's signature or an account's credential may be. */
static const enum refusal refusals_of_hotkeys[] = { REFUSAL_NO_CREDENTIAL,
                                                    REFUSAL_DUPLICATE_CREDENTIAL,
                                                    REFUSAL_INCOMPLETE_SIGNATURE,
                                                    REFUSAL_BAD_HOTKEY,
                                                    REFUSAL_BAD_NONCE,
                                                    REFUSAL_BAD_SIGNATURE,
                                                    REFUSAL_BAD_ACCOUNT,
                                                    REFUSAL_HOTKEY_UNREGISTERED,
                                                    REFUSAL_SIGNATURE_USED,
                                                    REFUSAL_HOTKEY_BLACKLISTED,
                                                    REFUSAL_HOTKEY_REQUESTS_TOO_MANY,
                                                    REFUSAL_NONE };

/* What one under a launch token may be. */
static const enum refusal refusals_of_tokens[] = { REFUSAL_NO_CREDENTIAL, REFUSAL_DUPLICATE_CREDENTIAL,
                                                   REFUSAL_BAD_TOKEN, REFUSAL_NONE };

/* Adds refusals to the answers: one answer a status, described by the public texts that stand with it. */
static void put_refusals(json_object *answers, const enum refusal *refusals)
{
    json_object *answer, *described;
    char status[STATUS_TEXT_BYTES], *doc;

    for (; refusals != NULL && *refusals != REFUSAL_NONE; refusals++) {
        snprintf(status, sizeof(status), "%d", refusal_http(*refusals));
        if (!json_object_object_get_ex(answers, status, &answer)) {
            put_answer(answers, refusal_http(*refusals), refusal_template(*refusals),
                       reference(SCHEMA_REF "Detail"));
            continue;
        }
        json_object_object_get_ex(answer, "description", &described);
        if (asprintf(&doc, "%s / %s", json_object_get_string(described), refusal_template(*refusals)) < 0)
            doc = NULL;
        json_put(answer, "description", json_made(doc != NULL ? json_object_new_string(doc) : NULL));
        free(doc);
    }
}

static json_object *answers_of(const struct endpoint *endpoint)
{
    json_object *answers = object();
    bool signs = endpoint->auth == AUTH_HOTKEY_PURPOSE || endpoint->auth == AUTH_HOTKEY_BODY;

    put_answer(answers, endpoint->success.status, endpoint->success.doc,
               fields_schema_of_object(endpoint->success.body));
    put_refusals(answers, refusals_of_all);
    if (signs)
        put_refusals(answers, refusals_of_hotkeys);
    else if (endpoint->auth == AUTH_LAUNCH_TOKEN)
        put_refusals(answers, refusals_of_tokens);
    put_refusals(answers, endpoint->refusals);
    if (endpoint->query != NULL || endpoint->body != NULL)
        put_answer(answers, refusal_http(REFUSAL_INVALID), "Malformed; all errors together.",
                   reference(SCHEMA_REF "Invalid"));
    return answers;
}

static json_object *parameter(const char *place, const struct field *field)
{
    json_object *made = object();

    json_put(made, "name", text(field->name));
    json_put(made, "in", text(place));
    json_put(made, "required", json_made(json_object_new_boolean(field->required)));
    if (field->doc != NULL)
        json_put(made, "description", text(field->doc));
    json_put(made, "schema", fields_schema_of(field));
    return made;
}

static json_object *parameters_of(const struct endpoint *endpoint)
{
    json_object *parameters = list();
    char name[64];

    for (const char *at = strchr(endpoint->path, '{'); at != NULL; at = strchr(at + 1, '{')) {
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(at + 1, "}"), at + 1);
        json_append(parameters,
                    parameter("path", &(struct field){ .name = name, .type = FIELD_TEXT, .required = true }));
    }
    for (const struct field *field = endpoint->query; field != NULL && field->type != FIELD_END; field++)
        json_append(parameters, parameter("query", field));
    return parameters;
}

/* One alternative: these schemes together. */
static void allow(json_object *security, const char *const *schemes)
{
    json_object *together = object();

    for (; *schemes != NULL; schemes++)
        json_put(together, *schemes, list());
    json_append(security, together);
}

static json_object *security_of(const struct endpoint *endpoint)
{
    static const char *const hotkey[] = { "hotkey", "nonce", "signature", NULL },
                             *const account[] = { "account", NULL },
                             *const token[] = { "launch_token", NULL };
    json_object *security = list();

    if (endpoint->auth == AUTH_LAUNCH_TOKEN) {
        allow(security, token);
    } else if (endpoint->auth != AUTH_NONE) {
        allow(security, hotkey);
        allow(security, account);
    }
    return security;
}

static json_object *operation_of(const struct endpoint *endpoint)
{
    json_object *operation = object(), *body;

    json_put(operation, "operationId", text(endpoint->name));
    json_put(operation, "summary", text(endpoint->summary));
    if (endpoint->purpose != NULL)
        json_put(operation, "x-signed-purpose", text(endpoint->purpose));
    json_put(operation, "parameters", parameters_of(endpoint));
    if (endpoint->body != NULL) {
        body = object();
        json_put(body, "required", json_made(json_object_new_boolean(true)));
        json_put(body, "content", json_content(fields_schema_of_object(endpoint->body)));
        json_put(operation, "requestBody", body);
    }
    json_put(operation, "responses", answers_of(endpoint));
    json_put(operation, "security", security_of(endpoint));
    return operation;
}

static json_object *paths(void)
{
    static const char *const methods[] = {
        [HTTP_GET] = "get",     [HTTP_POST] = "post",     [HTTP_PUT] = "put",
        [HTTP_PATCH] = "patch", [HTTP_DELETE] = "delete",
    };
    json_object *all = object();

    for (size_t i = 0; endpoint_registry[i] != NULL; i++) {
        const struct endpoint *endpoint = endpoint_registry[i];
        json_object *path = NULL;

        if (endpoint->success.status == 0)
            continue;
        if (!json_object_object_get_ex(all, endpoint->path, &path)) {
            path = object();
            json_put(all, endpoint->path, path);
        }
        json_put(path, methods[endpoint->method], operation_of(endpoint));
    }
    return all;
}

static json_object *scheme(const char *type, const char *key, const char *value, const char *doc)
{
    json_object *made = object();

    json_put(made, "type", text(type));
    json_put(made, key, text(value));
    if (strcmp(type, "apiKey") == 0)
        json_put(made, "in", text("header"));
    json_put(made, "description", text(doc));
    return made;
}

static json_object *security_schemes(void)
{
    json_object *schemes = object();

    json_put(schemes, "hotkey",
             scheme("apiKey", "name", "X-Chutes-Hotkey", "SS58 address of the miner's hotkey."));
    json_put(schemes, "nonce",
             scheme("apiKey", "name", "X-Chutes-Nonce", "Unix seconds, less than 600 away from now."));
    json_put(schemes, "signature",
             scheme("apiKey", "name", "X-Chutes-Signature",
                    "Hex sr25519 signature, context \"substrate\", of {hotkey}:{nonce}:{tail}; tail is the "
                    "operation's "
                    "x-signed-purpose, else the hex SHA-256 of the body. Good for one request."));
    json_put(schemes, "account",
             scheme("apiKey", "name", "Authorization",
                    "An API key with admin rights, or a user token: acts as the account's own hotkey."));
    json_put(schemes, "launch_token",
             scheme("http", "scheme", "bearer",
                    "The token of issue_launch_config; also without the word Bearer."));
    return schemes;
}

static json_object *schemas(void)
{
    static const struct field detail[] = {
        { .name = "detail", .type = FIELD_TEXT, .required = true, .doc = "What is wrong." },
        { .type = FIELD_END },
    };
    static const struct field error[] = {
        { .name = "type",
          .type = FIELD_TEXT,
          .required = true,
          .doc = "The kind of error, as pydantic names it." },
        { .name = "msg", .type = FIELD_TEXT, .required = true, .doc = "In words." },
        { .name = "ctx", .type = FIELD_OBJECT, .doc = "The bounds that were broken." },
        { .type = FIELD_END },
    };
    json_object *all = object(), *invalid = fields_schema_of_object(error), *errors, *properties = NULL,
                *place;

    /* Where it is: names and indices, which no table of ours describes. */
    place = object();
    json_put(place, "type", text("array"));
    json_object_object_get_ex(invalid, "properties", &properties);
    json_put(properties, "loc", place);
    errors = object();
    json_put(errors, "type", text("array"));
    json_put(errors, "items", invalid);
    invalid = fields_schema_of_object(detail);
    json_object_object_get_ex(invalid, "properties", &properties);
    json_put(properties, "detail", errors);
    json_put(all, "Detail", fields_schema_of_object(detail));
    json_put(all, "Invalid", invalid);
    return all;
}

json_object *openapi_document(const char *server_url)
{
    json_object *document = object(), *info = object(), *servers = list(), *server = object(),
                *components = object();

    json_put(document, "openapi", text("3.1.0"));
    json_put(info, "title", text("Instances API"));
    json_put(info, "version", text(PACKAGE_VERSION));
    json_put(info, "description",
             text("Who runs which instance, on which GPUs, and that it did the work it claims."));
    json_put(document, "info", info);
    json_put(server, "url", text(server_url));
    json_append(servers, server);
    json_put(document, "servers", servers);
    json_put(document, "paths", paths());
    json_put(components, "schemas", schemas());
    json_put(components, "securitySchemes", security_schemes());
    json_put(document, "components", components);
    return document;
}
