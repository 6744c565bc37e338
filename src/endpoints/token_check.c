/* GET /instances/token_check: a token that only the holder of the salt can predict, made from the caller's
 * address. It proves to the validator where a host's traffic leaves from. No database. */
#include "core/bounds.h"
#include "core/buf.h"
#include "core/encode.h"
#include "endpoints/registry.h"
#include "json/json.h"

#include <sodium.h>

#define NAME_MAX_BYTES 65536

static const struct field query_fields[] = {
    { .name = "salt",
      .type = FIELD_TEXT,
      .nullable = true,
      FIELD_AT_MOST(BOUND_PROOF),
      .doc = "Text that goes into the token." },
    { .type = FIELD_END },
};

static enum status run(struct exchange *exchange)
{
    const struct secret *ip_check_salt = &exchange->config->launch.ip_check_salt;
    const char *salt = json_get_text(exchange->query, "salt");
    char token[UUID_TEXT_BYTES];
    json_object *answer;
    struct buf name;
    bool failed;

    buf_init(&name, NAME_MAX_BYTES);
    buf_printf(&name, "%s:%s", exchange->request->client, ip_check_salt->text);
    if (salt != NULL && salt[0] != '\0')
        buf_printf(&name, ":%s", salt);
    failed = name.failed;
    if (!failed) {
        uuid5_oid_text(token, name.data, name.length);
        sodium_memzero(name.data, name.length);
    }
    buf_free(&name);
    if (failed) /* for want of memory: whatever is in it has a bound */
        return STATUS_UNAVAILABLE;

    answer = json_made(json_object_new_object());
    json_put(answer, "token", json_made(json_object_new_string(token)));
    response_json(exchange->response, exchange->arena, 200, answer);
    return STATUS_OK;
}

static const struct field token_fields[] = {
    { .name = "token", .type = FIELD_TEXT, .required = true, .doc = "A UUID made from address and salt." },
    { .type = FIELD_END },
};

const struct endpoint token_check = {
    .name = "token_check",
    .method = HTTP_GET,
    .path = "/instances/token_check",
    .summary = "A token made from the address the request comes from.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .query = query_fields,
    .success = { 200, "The token.", token_fields },
    .run = run,
};
