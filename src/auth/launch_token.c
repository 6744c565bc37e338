/* Launch tokens over auth/jwt. Says what the claims are; whether the config exists is checked in SQL. */
#include "auth/launch_token.h"

#include "auth/jwt.h"
#include "core/encode.h"
#include "json/json.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#define KEY_TEXT_BYTES ((size_t)2 * crypto_hash_sha256_BYTES)
#define ENV_KEY_BYTES  16
#define SCHEME         "Bearer "
#define SCHEME_BYTES   (sizeof(SCHEME) - 1)

/* The key of this configuration. text: room for one that is derived, KEY_TEXT_BYTES and a NUL; wipe it. */
static struct jwt_key read_key(const struct config *config, char text[KEY_TEXT_BYTES + 1])
{
    const struct secret *secret = &config->launch.launch_secret, *written = &config->launch.launch_key;
    unsigned char digest[crypto_hash_sha256_BYTES];

    text[0] = '\0';
    if (written->text != NULL)
        return (struct jwt_key){ .bytes = written->text, .length = written->length };
    crypto_hash_sha256(digest, (const unsigned char *)secret->text, secret->length);
    hex_encode(text, digest, sizeof(digest)); /* the digest's text, not its bytes */
    sodium_memzero(digest, sizeof(digest));
    return (struct jwt_key){ .bytes = text, .length = KEY_TEXT_BYTES };
}

char *launch_token_sign_claims(struct arena *arena, const struct config *config, json_object *claims)
{
    char key_text[KEY_TEXT_BYTES + 1], *token;
    struct jwt_key key;

    if (claims == NULL)
        return NULL;
    key = read_key(config, key_text);
    token = jwt_sign(arena, &key, claims);
    sodium_memzero(key_text, sizeof(key_text));
    json_object_put(claims);
    return token;
}

char *launch_token_sign(struct arena *arena, const struct config *config, const struct launch_token *token)
{
    json_object *claims = json_made(json_object_new_object());

    json_put(claims, "exp", json_made(json_object_new_int64(token->expires_at_s)));
    json_put(claims, "sub", json_made(json_object_new_string(token->config_id)));
    json_put(claims, "iat", json_made(json_object_new_int64(token->issued_at_s)));
    json_put(claims, "url", json_made(json_object_new_string(token->url)));
    json_put(claims, "env_key", json_made(json_object_new_string(token->env_key)));
    json_put(claims, "iss", json_made(json_object_new_string(LAUNCH_TOKEN_ISSUER)));
    if (token->job_id != NULL)
        json_put(claims, "job_id", json_made(json_object_new_string(token->job_id)));
    if (token->job_id != NULL && token->disk_gb != 0)
        json_put(claims, "disk_gb", json_made(json_object_new_int64(token->disk_gb)));
    return launch_token_sign_claims(arena, config, claims);
}

/* The claims of a launch token, as far as they are typed right. */
static bool read_claims(json_object *claims, struct launch_token *token)
{
    unsigned char env_key[ENV_KEY_BYTES];
    json_object *job_id = NULL, *disk_gb = NULL;

    *token = (struct launch_token){
        .config_id = jwt_text(claims, "sub"),
        .env_key = jwt_text(claims, "env_key"),
        .url = jwt_text(claims, "url"),
        .job_id = jwt_text(claims, "job_id"),
    };
    json_object_object_get_ex(claims, "job_id", &job_id);
    /* rule: token.env_key */
    if (token->config_id == NULL || token->env_key == NULL || token->url == NULL ||
        (job_id != NULL && token->job_id == NULL) ||
        !hex_decode(env_key, sizeof(env_key), token->env_key, strlen(token->env_key)))
        return false;
    json_object_object_get_ex(claims, "disk_gb", &disk_gb);
    if (disk_gb != NULL && !json_object_is_type(disk_gb, json_type_int))
        return false;
    token->disk_gb = json_object_get_int64(disk_gb);
    return token->disk_gb >= 0 && jwt_date(claims, "iat", &token->issued_at_s) &&
           jwt_date(claims, "exp", &token->expires_at_s);
}

enum refusal launch_token_verify(struct arena *arena, const struct config *config, const char *header,
                                 const char *config_id, int64_t now_s, struct launch_token *token)
{
    const struct jwt_rules rules = { .issuer = LAUNCH_TOKEN_ISSUER, .now_s = now_s };
    char key_text[KEY_TEXT_BYTES + 1];
    struct jwt_key key;
    json_object *claims;

    if (header == NULL || header[0] == '\0')
        return REFUSAL_NO_CREDENTIAL;
    if (strncasecmp(header, SCHEME, SCHEME_BYTES) == 0)
        header += SCHEME_BYTES;
    key = read_key(config, key_text);
    claims = jwt_verify(arena, &key, &rules, header);
    sodium_memzero(key_text, sizeof(key_text));
    /* rule: token.sub */
    if (claims == NULL || !read_claims(claims, token) || strcmp(token->config_id, config_id) != 0)
        return REFUSAL_BAD_TOKEN;
    return REFUSAL_NONE;
}
