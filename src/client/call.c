/* Makes requests and reads answers. It trusts no answer: what goes into a later path or header is checked by
 * the steps. */
#include "client/call.h"

#include "auth/hotkey.h"
#include "core/clock.h"
#include "core/encode.h"
#include "crypto/sr25519.h"
#include "crypto/ss58.h"
#include "json/json.h"

#include <string.h>

#define DETAIL_MAX_BYTES 300

static void put_object(void *object)
{
    json_object_put(object);
}

bool call_fail(struct life_step_result *result, const char *detail)
{
    result->detail = detail;
    return false;
}

bool call_sign(struct life *life, const char *purpose, struct credential *credential)
{
    unsigned char public_key[32], signature[64];
    char hotkey[SS58_TEXT_BYTES], signature_hex[2 * sizeof(signature) + 1];
    const char *nonce = arena_printf(life->arena, "%lld", (long long)clock_unix_seconds());
    const char *message;

    if (!sr25519_public_key(public_key, life->slot->seed) ||
        !ss58_encode(hotkey, SS58_PREFIX_HOTKEY, public_key))
        return false;
    message = arena_printf(life->arena, "%s:%s:%s", hotkey, nonce, purpose);
    if (!sr25519_sign(signature, message, strlen(message), life->slot->seed))
        return false;
    hex_encode(signature_hex, signature, sizeof(signature));
    *credential = (struct credential){ {
        arena_printf(life->arena, "X-Chutes-Hotkey: %s", hotkey),
        arena_printf(life->arena, "X-Chutes-Nonce: %s", nonce),
        arena_printf(life->arena, "X-Chutes-Signature: %s", signature_hex),
    } };
    return true;
}

void call_bear(struct life *life, struct credential *credential)
{
    *credential = (struct credential){ { arena_printf(life->arena, "Authorization: %s", life->token) } };
}

const char *call_text(json_object *object, const char *key)
{
    json_object *member = NULL;

    if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, key, &member) ||
        !json_object_is_type(member, json_type_string))
        return NULL;
    return json_object_get_string(member);
}

bool call_integer(json_object *object, const char *key, int64_t *value)
{
    json_object *member = NULL;

    if (!json_object_is_type(object, json_type_object) || !json_object_object_get_ex(object, key, &member) ||
        !json_object_is_type(member, json_type_int))
        return false;
    *value = json_object_get_int64(member);
    return true;
}

/* What an error's body says: its detail as text, else as JSON, else nothing. */
static const char *detail_of(struct life *life, json_object *answer)
{
    const char *text = call_text(answer, "detail");
    json_object *detail = NULL;

    if (text == NULL && json_object_is_type(answer, json_type_object) &&
        json_object_object_get_ex(answer, "detail", &detail))
        text = json_object_to_json_string_ext(detail, JSON_C_TO_STRING_PLAIN);
    if (text == NULL)
        return "the answer has no detail";
    return arena_strndup(life->arena, text, strnlen(text, DETAIL_MAX_BYTES));
}

static json_object *parse(struct life *life, const struct http_client_response *response)
{
    struct json_error error;
    json_object *parsed = json_parse_strict(response->body, response->length, &error);

    arena_defer(life->arena, put_object, parsed);
    return parsed;
}

static bool check_answer(struct life *life, const struct http_client_response *response,
                         struct life_step_result *result, json_object **answer)
{
    *answer = parse(life, response);
    result->status = response->status;
    if (response->status != 200)
        return call_fail(result, detail_of(life, *answer));
    if (!json_object_is_type(*answer, json_type_object))
        return call_fail(result, "the answer is no JSON object");
    return true;
}

bool call_send(struct life *life, const struct call *call, struct life_step_result *result,
               json_object **answer)
{
    const char *headers[CALL_CREDENTIAL_LINES + 2] = { "Accept: application/json" };
    struct http_client_request request = { .method = call->method, .headers = headers };
    struct http_client_response response;
    size_t count = 1;

    result->status = 0;
    result->method = call->method;
    result->path = call->path;
    arena_defer(life->arena, put_object, call->body);
    for (size_t i = 0; call->credential != NULL && call->credential->lines[i] != NULL; i++)
        headers[count++] = call->credential->lines[i];
    if (call->body != NULL) {
        headers[count] = "Content-Type: application/json";
        request.body =
            json_object_to_json_string_length(call->body, JSON_C_TO_STRING_PLAIN, &request.body_length);
        if (request.body == NULL)
            return call_fail(result, "no memory for the request");
    }
    request.url = arena_printf(life->arena, "%s%s", life->plan->url, call->path);
    if (http_client_send(life->client, &request, &response) != HTTP_CLIENT_ANSWERED)
        return call_fail(result, arena_strdup(life->arena, response.error));
    return check_answer(life, &response, result, answer);
}
