/* Speaks to the GraVal service. What it answers is as untrusted as any network's: sizes are capped, forms are
 * checked. */
#include "attest/graval.h"

#include "core/clock.h"
#include "core/encode.h"
#include "core/log.h"
#include "core/waiting.h"
#include "crypto/aes.h"
#include "metrics/turn.h"
#include "net/http_client.h"
#include "json/json.h"
#include "json/json_text.h"

#include <string.h>

#define CONNECT_TIMEOUT_MS 5000
#define TIMEOUT_MS         300000
#define ANSWER_MAX_BYTES   ((size_t)1 << 20)
#define TRIES              7

/* This process's own client, which keeps its connection between requests. */
static struct http_client *client;
static const struct http_client_limits limits = {
    .connect_timeout_ms = CONNECT_TIMEOUT_MS,
    .timeout_ms = TIMEOUT_MS,
    .response_max_bytes = ANSWER_MAX_BYTES,
};

/* One try. The answer's text on the arena, NULL if there is no good one. */
static char *post(const struct proof_context *context, const char *path, const char *body)
{
    static const char *const headers[] = { "Content-Type: application/json", NULL };
    int left_ms = clock_remaining_ms(context->deadline_ms);
    struct http_client_request request = {
        .method = "POST",
        .url = arena_printf(context->arena, "%s%s", context->config->attestation.graval_url, path),
        .headers = headers,
        .body = body,
        .body_length = strlen(body),
        .timeout_ms = left_ms,
        .may_be_ended = true,
    };
    struct http_client_response response;
    enum http_client_result result;

    if (left_ms == 0 || http_client_once(&client, &limits) == NULL)
        return NULL;
    result = http_client_send(client, &request, &response);
    if (result == HTTP_CLIENT_ANSWERED && response.status == 200)
        return arena_strndup(context->arena, response.body, response.length);
    log_event(LOG_LEVEL_WARNING, "the GraVal service did not answer %s: %s", path,
              result != HTTP_CLIENT_ANSWERED ? response.error
                                             : arena_printf(context->arena, "status %d", response.status));
    return NULL;
}

/* The same, once it is our turn: GraVal's time for others of ours does not count as its time for this one. */
static char *post_in_turn(const struct proof_context *context, const char *path, const char *body)
{
    char *answer;

    if (!turn_take((size_t)context->config->attestation.graval_concurrency, context->deadline_ms))
        return NULL;
    answer = post(context, path, body);
    turn_leave();
    return answer;
}

/* Up to seven tries, as many as fit before the deadline. accept takes the answer apart; false: try again. */
static enum status ask(const struct proof_context *context, const char *path, json_object *question,
                       bool (*accept)(const char *answer, void *result), void *result)
{
    int pause_ms = (int)context->config->attestation.graval_retry_ms;
    const char *body;
    char *answer;

    json_defer(context->arena, question);
    body = json_text(context->arena, question);
    for (int i = 0; i < TRIES; i++) {
        if (i > 0 && !waiting_pause(pause_ms, context->deadline_ms))
            break;
        answer = post_in_turn(context, path, body);
        if (answer == NULL)
            continue;
        if (accept(answer, result))
            return STATUS_OK;
        log_event(LOG_LEVEL_WARNING, "the GraVal service's answer to %s makes no sense", path);
    }
    return STATUS_UNAVAILABLE;
}

static json_object *parse(const char *text)
{
    struct json_error error;

    return json_parse_strict(text, strlen(text), &error);
}

struct sealed {
    struct arena *arena;
    uint64_t seed;
    const char *ciphertext;
};

/* {seed}|{base64}, perhaps as a JSON string. */
static bool accept_sealed(const char *answer, void *result)
{
    struct sealed *sealed = result;
    size_t length = strcspn(answer, "\r\n");
    char *text, *bar;

    if (length >= 2 && answer[0] == '"' && answer[length - 1] == '"')
        answer++, length -= 2;
    text = arena_strndup(sealed->arena, answer, length);
    bar = strchr(text, '|');
    if (bar == NULL)
        return false;
    *bar = '\0';
    if (!proof_seed_parse(text, &sealed->seed))
        return false;
    sealed->ciphertext = bar + 1;
    /* An iv and something behind it. */
    return base64_decode(sealed->arena, sealed->ciphertext, strlen(sealed->ciphertext), &length) != NULL &&
           length > AES_BLOCK_BYTES;
}

/* {"result": bool} */
static bool accept_verdict(const char *answer, void *result)
{
    json_object *object = parse(answer), *verdict = NULL;
    bool good = json_object_is_type(object, json_type_object) &&
                json_object_object_get_ex(object, "result", &verdict) &&
                json_object_is_type(verdict, json_type_boolean);

    if (good)
        *(bool *)result = json_object_get_boolean(verdict);
    json_object_put(object);
    return good;
}

enum status graval_encrypt(const struct proof_context *context, const struct proof_gpu *gpu,
                           const char *payload, uint64_t *seed, const char **ciphertext)
{
    json_object *question = json_made(json_object_new_object());
    struct sealed sealed = { .arena = context->arena };
    enum status status;

    json_put(question, "device_info", parse(gpu->device_info));
    json_put(question, "payload", json_made(json_object_new_string(payload)));
    if (gpu->seed != PROOF_NO_SEED)
        json_put(question, "seed", json_made(json_object_new_uint64(gpu->seed)));
    json_put(question, "iterations", json_made(json_object_new_int64(gpu->iterations)));
    status = ask(context, "/encrypt", question, accept_sealed, &sealed);
    *seed = sealed.seed;
    *ciphertext = sealed.ciphertext;
    return status;
}

enum status graval_check_proof(const struct proof_context *context, const struct proof_gpu *gpu,
                               uint64_t seed, json_object *work_product, bool *valid)
{
    json_object *question = json_made(json_object_new_object());

    json_put(question, "device_info", parse(gpu->device_info));
    json_put(question, "seed", json_made(json_object_new_uint64(seed)));
    json_put(question, "work_product", json_object_get(work_product));
    json_put(question, "check_index", json_made(json_object_new_int(0)));
    return ask(context, "/check_proof", question, accept_verdict, valid);
}

enum status graval_verify_devices(const struct proof_context *context, json_object *devices,
                                  const char *challenge, const char *response, bool *valid)
{
    json_object *question = json_made(json_object_new_object());

    json_put(question, "devices", json_object_get(devices));
    json_put(question, "challenge", json_made(json_object_new_string(challenge)));
    json_put(question, "response", json_made(json_object_new_string(response)));
    return ask(context, "/verify_device_challenge", question, accept_verdict, valid);
}
