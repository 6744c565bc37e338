/* One connection at a time, to the vetted address alone. However long the pod takes and however much it
 * sends, net/http_client.h ends it at the limits given here. */
#include "old_sdk/pod.h"

#include "attest/host.h"
#include "auth/hotkey.h"
#include "core/clock.h"
#include "core/encode.h"
#include "core/log.h"
#include "crypto/validator.h"
#include "net/http_client.h"
#include "json/json.h"

#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#define CONNECT_TIMEOUT_MS 5000
#define TIMEOUT_MAX_MS     3600000
#define ANSWER_MAX_BYTES   ((size_t)8 << 20)
#define PATH_PADDED_BYTES  24
#define PURPOSE            "chutes"
#define HEADERS_MAX        8

/* This process's own client, which keeps its connection between requests. */
static struct http_client *client;
static const struct http_client_limits limits = {
    .connect_timeout_ms = CONNECT_TIMEOUT_MS,
    .timeout_ms = TIMEOUT_MAX_MS,
    .response_max_bytes = ANSWER_MAX_BYTES,
};

/* Encrypts under the instance's key and a fresh iv. The ciphertext is on the arena. */
static const unsigned char *encrypt(const struct pod *pod, const char *text,
                                    unsigned char iv[AES_BLOCK_BYTES], size_t *length)
{
    unsigned char *cipher = arena_alloc(pod->arena, strlen(text) + AES_BLOCK_BYTES);

    randombytes_buf(iv, AES_BLOCK_BYTES);
    *length = aes_cbc_encrypt(pod->key, sizeof(pod->key), iv, text, strlen(text), cipher);
    return cipher;
}

static char *hex(struct arena *arena, const unsigned char *bytes, size_t length)
{
    char *text = arena_alloc(arena, 2 * length + 1);

    hex_encode(text, bytes, length);
    return text;
}

/* "/" and, in hex, a fresh iv and the AES-128-CBC of the path, which is filled up with "?" where it is
 * shorter than 24 characters. On the arena. */
static const char *hide_path(const struct pod *pod, const char *path)
{
    unsigned char iv[AES_BLOCK_BYTES];
    char padded[PATH_PADDED_BYTES + 1];
    const unsigned char *cipher;
    size_t length = strlen(path);

    if (length < PATH_PADDED_BYTES) {
        memset(padded, '?', PATH_PADDED_BYTES);
        memcpy(padded, path, length);
        padded[PATH_PADDED_BYTES] = '\0';
        path = padded;
    }
    cipher = encrypt(pod, path, iv, &length);
    return arena_printf(pod->arena, "/%s%s", hex(pod->arena, iv, sizeof(iv)),
                        hex(pod->arena, cipher, length));
}

const char *pod_seal(const struct pod *pod, const char *text, unsigned char iv[AES_BLOCK_BYTES])
{
    size_t length;
    const unsigned char *cipher = encrypt(pod, text, iv, &length);

    return arena_printf(pod->arena, "%s%s", hex(pod->arena, iv, AES_BLOCK_BYTES),
                        base64_encode(pod->arena, cipher, length));
}

const char *pod_open(const struct pod *pod, const unsigned char iv[AES_BLOCK_BYTES],
                     const struct pod_answer *answer)
{
    struct json_error error;
    json_object *object = json_parse_strict(answer->text, answer->length, &error);
    const char *sealed = json_object_is_type(object, json_type_object) ? json_get_text(object, "json") : NULL;
    size_t length = 0;
    ptrdiff_t plain_length;
    unsigned char *cipher;
    char *plain;

    json_defer(pod->arena, object);
    cipher = sealed != NULL ? base64_decode(pod->arena, sealed, strlen(sealed), &length) : NULL;
    if (cipher == NULL)
        return NULL;
    plain = arena_alloc(pod->arena, length + 1);
    plain_length = aes_cbc_decrypt(pod->key, sizeof(pod->key), iv, cipher, length, (unsigned char *)plain);
    if (plain_length < 0)
        return NULL;
    plain[plain_length] = '\0';
    return plain;
}

/* The headers that say who asks, NULL-terminated. False: the validator's seed is no key. */
static bool sign(const struct pod *pod, const struct pod_question *question, const char *headers[HEADERS_MAX])
{
    const char *validator = pod->config->launch.validator_ss58,
               *nonce = arena_printf(pod->arena, "%" PRId64, clock_unix_seconds());
    char signature[VALIDATOR_SIGNATURE_TEXT_BYTES], digest[HOTKEY_TAIL_MAX_BYTES + 1];
    int count = 0;

    if (question->body != NULL)
        hotkey_body_tail(digest, question->body, strlen(question->body));
    if (!validator_sign(&pod->config->launch.validator_seed, validator, pod->hotkey, nonce,
                        question->body != NULL ? digest : PURPOSE, signature))
        return false;
    headers[count++] = arena_printf(pod->arena, "X-Chutes-Validator: %s", validator);
    headers[count++] = arena_printf(pod->arena, "X-Chutes-Miner: %s", pod->hotkey);
    headers[count++] = arena_printf(pod->arena, "X-Chutes-Nonce: %s", nonce);
    headers[count++] = arena_printf(pod->arena, "X-Chutes-Signature: %s", signature);
    if (question->body != NULL)
        headers[count++] = question->json ? "Content-Type: application/json" : "Content-Type: text/plain";
    if (question->graval_encrypted)
        headers[count++] = "X-Chutes-Encrypted: true";
    headers[count] = NULL;
    return true;
}

enum status pod_find_address(struct pod *pod, enum refusal *refusal)
{
    struct host_name name = { .name = pod->host, .hotkey = pod->hotkey };
    enum status status;

    *refusal = REFUSAL_NONE;
    if (pod->address == NULL)
        *refusal = host_read(pod->config, pod->arena, pod->host, &pod->address);
    if (*refusal != REFUSAL_NONE || pod->address != NULL)
        return STATUS_OK;
    name.timeout_ms = clock_remaining_ms(pod->deadline_ms);
    status = host_look_up(pod->config, pod->arena, &name, refusal, &pod->address);
    /* Whoever has a name that nobody answers for is not reached by it either. */
    if (status == STATUS_UNAVAILABLE)
        *refusal = REFUSAL_HOST_UNRESOLVED;
    return status == STATUS_REFUSED ? STATUS_UNAVAILABLE : STATUS_OK;
}

struct pod_answer pod_ask(const struct pod *pod, const struct pod_question *question)
{
    bool is_ipv6 = strchr(pod->host, ':') != NULL;
    const char *headers[HEADERS_MAX];
    const char *path =
        pod->hides_paths && !question->plain_path ? hide_path(pod, question->path) : question->path;
    int left_ms = clock_remaining_ms(pod->deadline_ms),
        limit_ms = (int)pod->config->background.verify_timeout_ms;
    struct http_client_request request = {
        .method = question->body != NULL ? "POST" : "GET",
        .url = arena_printf(pod->arena, "http://%s%s%s:%" PRId64 "%s%s%s", is_ipv6 ? "[" : "", pod->host,
                            is_ipv6 ? "]" : "", pod->port, path, question->query != NULL ? "?" : "",
                            question->query != NULL ? question->query : ""),
        .headers = headers,
        .body = question->body,
        .body_length = question->body != NULL ? strlen(question->body) : 0,
        .address = pod->address,
        .timeout_ms = left_ms < limit_ms ? left_ms : limit_ms,
        .may_be_ended = true,
    };
    struct pod_answer answer = { .status = 0 };
    struct http_client_response response;
    enum http_client_result result;

    if (left_ms == 0 || http_client_once(&client, &limits) == NULL || !sign(pod, question, headers))
        return answer;
    result = http_client_send(client, &request, &response);
    if (result == HTTP_CLIENT_ANSWERED) {
        answer.status = response.status;
        answer.text = arena_strndup(pod->arena, response.body, response.length);
        answer.length = response.length;
    }
    log_event(LOG_LEVEL_DEBUG, "asked an instance for %s: %s", question->path,
              result != HTTP_CLIENT_ANSWERED ? response.error
                                             : arena_printf(pod->arena, "status %d", response.status));
    return answer;
}
