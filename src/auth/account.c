/* Finds the account that a credential names, and verifies the credential. Registration and blacklist of the
 * hotkey are checked later, in the endpoint's SQL function, as for a signature. */
#include "auth/account.h"

#include "auth/api_key.h"
#include "auth/jwt.h"
#include "core/clock.h"
#include "core/encode.h"
#include "db/calls.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#define BEARER       "bearer "
#define BEARER_BYTES (sizeof(BEARER) - 1)

static enum status authenticate_api_key(const struct account_request *request, const char *text,
                                        const char **hotkey)
{
    struct api_key key;
    const struct db_find_api_key_in in = { .key_id = key.key_id, .user_id = key.user_id };
    struct db_touch_api_key_in used;
    struct db_find_api_key_rows found;
    enum status status;
    bool fresh;

    if (!api_key_parse(text, &key))
        return STATUS_REFUSED;
    status = db_find_api_key(request->db, request->arena, &in, &found);
    if (status != STATUS_OK)
        return status;
    /* The scopes that exist cover no route of ours: only an administrator's key will do. */
    /* rule: auth.api_key_admin */
    if (found.count != 1 || !found.row->admin.value || found.row->hotkey == NULL ||
        !api_key_verify(text, found.row->key_hash, request->client, clock_monotonic_ms(), &fresh))
        return STATUS_REFUSED;
    *hotkey = found.row->hotkey;
    if (fresh) {
        used = (struct db_touch_api_key_in){ .api_key_id = found.row->api_key_id };
        status = db_touch_api_key(request->db, request->arena, &used);
    }
    return status;
}

/* The key of an account's tokens: the text of a digest over the fingerprint's hash and, where the token is
 * salted, the configured encryption key. False: there is none configured. */
static bool derive_key(const struct account_request *request, const char *fingerprint_hash, bool salted,
                       char text[2 * crypto_hash_sha256_BYTES + 1])
{
    const struct secret *salt = &request->config->launch.account_encryption_key;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state state;

    /* rule: auth.account_salt */
    if (salted && salt->text == NULL)
        return false;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)fingerprint_hash, strlen(fingerprint_hash));
    if (salted)
        crypto_hash_sha256_update(&state, (const unsigned char *)salt->text, salt->length);
    crypto_hash_sha256_final(&state, digest);
    hex_encode(text, digest, sizeof(digest));
    sodium_memzero(digest, sizeof(digest));
    return true;
}

static bool is_salted(json_object *claims)
{
    json_object *salted = NULL;

    return json_object_object_get_ex(claims, "salted", &salted) &&
           json_object_is_type(salted, json_type_boolean) && json_object_get_boolean(salted);
}

static enum status authenticate_user_token(const struct account_request *request, const char *token,
                                           const char **hotkey)
{
    const struct jwt_rules rules = { .now_s = request->now_s, .unending = true, .undated = true };
    char key_text[2 * crypto_hash_sha256_BYTES + 1];
    const struct jwt_key key = { .bytes = key_text, .length = sizeof(key_text) - 1 };
    json_object *claimed = jwt_peek(request->arena, token), *claims = NULL;
    const char *user_id = claimed != NULL ? jwt_text(claimed, "sub") : NULL;
    const struct db_find_user_in in = { .user_id = user_id };
    struct db_find_user_rows found;
    enum status status;

    if (user_id == NULL)
        return STATUS_REFUSED;
    status = db_find_user(request->db, request->arena, &in, &found);
    if (status != STATUS_OK)
        return status;
    if (found.count != 1 || found.row->hotkey == NULL ||
        !derive_key(request, found.row->fingerprint_hash, is_salted(claimed), key_text))
        return STATUS_REFUSED;
    claims = jwt_verify(request->arena, &key, &rules, token);
    sodium_memzero(key_text, sizeof(key_text));
    *hotkey = found.row->hotkey;
    /* rule: auth.account_token */
    return claims != NULL ? STATUS_OK : STATUS_REFUSED;
}

enum status account_authenticate(const struct account_request *request, const char **hotkey)
{
    const char *text = request->authorization;
    bool bearer = strncasecmp(text, BEARER, BEARER_BYTES) == 0;
    enum status status;

    if (bearer)
        text += BEARER_BYTES;
    if (strncmp(text, "cpk_", 4) == 0)
        status = authenticate_api_key(request, text, hotkey);
    else
        status = bearer ? authenticate_user_token(request, text, hotkey) : STATUS_REFUSED;
    /* rule: auth.account_s_own_hotkey */
    if (status == STATUS_OK && request->hotkey != NULL && strcmp(request->hotkey, *hotkey) != 0)
        status = STATUS_REFUSED;
    return status;
}
