/* Launch tokens over auth/jwt. Says what the claims are; whether the config exists is checked in SQL. */
#include "auth/launch_token.h"

#include "auth/jwt.h"
#include "core/encode.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#define KEY_TEXT_BYTES (2 * crypto_hash_sha256_BYTES)
#define ENV_KEY_BYTES  16
#define SCHEME         "Bearer "
#define SCHEME_BYTES   (sizeof(SCHEME) - 1)

/* The key is the digest's text, not its bytes. text: KEY_TEXT_BYTES and a NUL. */
static void derive_key(const struct secret *launch_secret, char text[KEY_TEXT_BYTES + 1])
{
    unsigned char digest[crypto_hash_sha256_BYTES];

    crypto_hash_sha256(digest, (const unsigned char *)launch_secret->text, launch_secret->length);
    hex_encode(text, digest, sizeof(digest));
    sodium_memzero(digest, sizeof(digest));
}

char *launch_token_sign_claims(struct arena *arena, const struct secret *launch_secret, json_object *claims)
{
    char key_text[KEY_TEXT_BYTES + 1], *token;
    const struct jwt_key key = { .bytes = key_text, .length = KEY_TEXT_BYTES };

    if (claims == NULL)
        return NULL;
    derive_key(launch_secret, key_text);
    token = jwt_sign(arena, &key, claims);
    sodium_memzero(key_text, sizeof(key_text));
    json_object_put(claims);
    return token;
}

/* Adds a claim; false, and value freed, if it cannot be stored. value NULL: out of memory. */
static bool add(json_object *claims, const char *name, json_object *value)
{
    if (value != NULL && json_object_object_add(claims, name, value) == 0)
        return true;
    json_object_put(value);
    return false;
}

char *launch_token_sign(struct arena *arena, const struct secret *launch_secret,
                        const struct launch_token *token)
{
    json_object *claims = json_object_new_object();
    bool complete;

    if (claims == NULL)
        return NULL;
    complete = add(claims, "exp", json_object_new_int64(token->expires_at_s)) &&
               add(claims, "sub", json_object_new_string(token->config_id)) &&
               add(claims, "iat", json_object_new_int64(token->issued_at_s)) &&
               add(claims, "url", json_object_new_string(token->url)) &&
               add(claims, "env_key", json_object_new_string(token->env_key)) &&
               add(claims, "iss", json_object_new_string(LAUNCH_TOKEN_ISSUER));
    if (complete && token->job_id != NULL)
        complete = add(claims, "job_id", json_object_new_string(token->job_id)) &&
                   (token->disk_gb == 0 || add(claims, "disk_gb", json_object_new_int64(token->disk_gb)));
    if (!complete) {
        json_object_put(claims);
        return NULL;
    }
    return launch_token_sign_claims(arena, launch_secret, claims);
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

enum refusal launch_token_verify(struct arena *arena, const struct secret *launch_secret, const char *header,
                                 const char *config_id, int64_t now_s, struct launch_token *token)
{
    const struct jwt_rules rules = { .issuer = LAUNCH_TOKEN_ISSUER, .now_s = now_s };
    char key_text[KEY_TEXT_BYTES + 1];
    const struct jwt_key key = { .bytes = key_text, .length = KEY_TEXT_BYTES };
    json_object *claims;

    if (header == NULL || header[0] == '\0')
        return REFUSAL_NO_CREDENTIAL;
    if (strncasecmp(header, SCHEME, SCHEME_BYTES) == 0)
        header += SCHEME_BYTES;
    derive_key(launch_secret, key_text);
    claims = jwt_verify(arena, &key, &rules, header);
    sodium_memzero(key_text, sizeof(key_text));
    /* rule: token.sub */
    if (claims == NULL || !read_claims(claims, token) || strcmp(token->config_id, config_id) != 0)
        return REFUSAL_BAD_TOKEN;
    return REFUSAL_NONE;
}
