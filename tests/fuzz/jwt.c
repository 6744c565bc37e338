/* JSON Web Tokens: a stranger's is never accepted; one that is signed here, over any claims, is accepted
 * exactly where its dates hold, with the claims that were signed, and not after a changed byte. */
#include "auth/jwt.h"
#include "fuzz/fuzz.h"
#include "json/json.h"

#include <string.h>

#define NOW_S 1700000000

void fuzz_jwt(const unsigned char *data, size_t size);

static const struct jwt_key key = { "0123456789abcdef0123456789abcdef", 32 };
static const struct jwt_key other_key = { "another key, of which nobody knows", 34 };
static const struct jwt_rules rules = { .issuer = "issuer", .now_s = NOW_S };

static void check_signed(struct arena *arena, json_object *claims)
{
    char *token = jwt_sign(arena, &key, claims);
    json_object *verified;
    int64_t date;

    FUZZ_CHECK(token != NULL);
    if (strlen(token) <= JWT_MAX_BYTES)
        FUZZ_CHECK(json_object_equal(jwt_peek(arena, token), claims));
    verified = jwt_verify(arena, &key, &rules, token);
    FUZZ_CHECK(jwt_verify(arena, &other_key, &rules, token) == NULL);
    if (verified == NULL)
        return;
    FUZZ_CHECK(json_object_equal(verified, claims) && strcmp(jwt_text(verified, "iss"), "issuer") == 0);
    FUZZ_CHECK(jwt_date(verified, "exp", &date) && date >= NOW_S);
    FUZZ_CHECK(jwt_date(verified, "iat", &date) && date <= NOW_S);
    if (json_object_object_get_ex(verified, "nbf", NULL))
        FUZZ_CHECK(jwt_date(verified, "nbf", &date) && date <= NOW_S);
    token[strlen(token) / 2] ^= 1;
    FUZZ_CHECK(jwt_verify(arena, &key, &rules, token) == NULL);
}

void fuzz_jwt(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    const char *text = fuzz_text(arena, data, size);
    struct json_error error;
    json_object *claims;

    FUZZ_CHECK(jwt_verify(arena, &other_key, &rules, text) == NULL);
    claims = jwt_peek(arena, text);
    FUZZ_CHECK(claims == NULL || json_object_is_type(claims, json_type_object));

    claims = json_parse_strict((const char *)data, size, &error);
    json_defer(arena, claims);
    if (json_object_is_type(claims, json_type_object))
        check_signed(arena, claims);
}
