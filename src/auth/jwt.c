/* Signs and verifies HS256 tokens. Parses nothing that it has not authenticated, and does not tell why it
 * refuses. */
#include "auth/jwt.h"

#include "core/encode.h"
#include "json/json.h"
#include "json/json_text.h"

#include <sodium.h>
#include <string.h>

#define MAC_BYTES crypto_auth_hmacsha256_BYTES
#define DATE_MAX  9007199254740992.0 /* 2^53: doubles are exact up to here */

static const char header_text[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

static void compute_mac(const struct jwt_key *key, const char *text, size_t length,
                        unsigned char mac[MAC_BYTES])
{
    crypto_auth_hmacsha256_state state;

    crypto_auth_hmacsha256_init(&state, key->bytes, key->length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text, length);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_memzero(&state, sizeof(state));
}

char *jwt_sign(struct arena *arena, const struct jwt_key *key, json_object *claims)
{
    unsigned char mac[MAC_BYTES];
    const char *payload = json_text(arena, claims);
    char *signed_part;

    signed_part = arena_printf(arena, "%s.%s", base64url_encode(arena, header_text, sizeof(header_text) - 1),
                               base64url_encode(arena, payload, strlen(payload)));
    compute_mac(key, signed_part, strlen(signed_part), mac);
    return arena_printf(arena, "%s.%s", signed_part, base64url_encode(arena, mac, sizeof(mac)));
}

static void put_object(void *object)
{
    json_object_put(object);
}

/* The object that a part of a token holds, or NULL. */
static json_object *read_part(struct arena *arena, const char *part, size_t part_length)
{
    struct json_error error;
    json_object *object;
    size_t length = 0;
    unsigned char *text = base64url_decode(arena, part, part_length, &length);

    if (text == NULL)
        return NULL;
    object = json_parse_strict((const char *)text, length, &error);
    arena_defer(arena, put_object, object);
    return json_object_is_type(object, json_type_object) ? object : NULL;
}

static bool signature_is_valid(struct arena *arena, const struct jwt_key *key, const char *token,
                               const char *end, const char *signature)
{
    unsigned char mac[MAC_BYTES], *given;
    size_t length = 0;

    given = base64url_decode(arena, signature, strlen(signature), &length);
    if (given == NULL || length != sizeof(mac))
        return false;
    compute_mac(key, token, (size_t)(end - token), mac);
    /* rule: token.signature */
    return sodium_memcmp(mac, given, sizeof(mac)) == 0;
}

static bool header_is_acceptable(json_object *header)
{
    const char *algorithm = header != NULL ? jwt_text(header, "alg") : NULL;

    /* rule: token.algorithm, rule: token.crit */
    return algorithm != NULL && strcmp(algorithm, "HS256") == 0 &&
           !json_object_object_get_ex(header, "crit", NULL);
}

static bool claims_hold(json_object *claims, const struct jwt_rules *rules)
{
    const char *issuer = jwt_text(claims, "iss");
    int64_t expires_s, issued_s, begins_s;

    /* rule: token.iss */
    if (rules->issuer != NULL && (issuer == NULL || strcmp(issuer, rules->issuer) != 0))
        return false;
    /* rule: token.iat */
    if (!(rules->undated && !json_object_object_get_ex(claims, "iat", NULL)) &&
        (!jwt_date(claims, "iat", &issued_s) || issued_s > rules->now_s))
        return false;
    /* rule: token.nbf */
    if (json_object_object_get_ex(claims, "nbf", NULL) &&
        (!jwt_date(claims, "nbf", &begins_s) || begins_s > rules->now_s))
        return false;
    if (rules->unending && !json_object_object_get_ex(claims, "exp", NULL))
        return true;
    /* rule: token.exp, rule: token.exp_required */
    return jwt_date(claims, "exp", &expires_s) && rules->now_s < expires_s;
}

/* Where the two dots of a token are. False: it is none. */
static bool find_dots(const char *token, const char **first, const char **last)
{
    if (strnlen(token, JWT_MAX_BYTES + 1) > JWT_MAX_BYTES)
        return false;
    *first = strchr(token, '.');
    *last = strrchr(token, '.');
    return *first != NULL &&
           *first != *last; /* more dots than two end in the claims, where base64url has none */
}

json_object *jwt_peek(struct arena *arena, const char *token)
{
    const char *first_dot, *last_dot;

    if (!find_dots(token, &first_dot, &last_dot))
        return NULL;
    return read_part(arena, first_dot + 1, (size_t)(last_dot - first_dot - 1));
}

json_object *jwt_verify(struct arena *arena, const struct jwt_key *key, const struct jwt_rules *rules,
                        const char *token)
{
    const char *first_dot, *last_dot;
    json_object *claims;

    if (!find_dots(token, &first_dot, &last_dot))
        return NULL;
    if (!signature_is_valid(arena, key, token, last_dot, last_dot + 1) ||
        !header_is_acceptable(read_part(arena, token, (size_t)(first_dot - token))))
        return NULL;
    claims = read_part(arena, first_dot + 1, (size_t)(last_dot - first_dot - 1));
    return claims != NULL && claims_hold(claims, rules) ? claims : NULL;
}

const char *jwt_text(json_object *claims, const char *name)
{
    json_object *value = NULL;

    if (!json_object_object_get_ex(claims, name, &value) || !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

bool jwt_date(json_object *claims, const char *name, int64_t *seconds)
{
    json_object *value = NULL;
    double date;

    if (!json_object_object_get_ex(claims, name, &value) ||
        !(json_object_is_type(value, json_type_int) || json_object_is_type(value, json_type_double)))
        return false;
    date = json_object_get_double(value);
    if (!(date >= 0 && date <= DATE_MAX)) /* NaN fails here, too */
        return false;
    *seconds = (int64_t)date;
    return true;
}
