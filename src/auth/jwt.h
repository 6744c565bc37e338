/* JSON Web Tokens (RFC 7519) in compact serialisation (RFC 7515), HS256 and nothing else. What a token is
 * for, and which further claims it needs, is its user's business. */
#ifndef RIGGER_AUTH_JWT_H
#define RIGGER_AUTH_JWT_H

#include "core/arena.h"
#include "core/attributes.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JWT_MAX_BYTES 8192 /* longer tokens are refused unread */

struct jwt_key {
    const void *bytes;
    size_t length;
};

struct jwt_rules {
    const char *issuer; /* what `iss` must be; NULL: anything or nothing */
    int64_t now_s;      /* Unix seconds */
    bool unending;      /* `exp` may be missing; where it is there, it counts */
    bool undated;       /* the same of `iat` */
};

/* Signs the claims, which stay the caller's. The token lives in the arena; NULL: out of memory. */
char *jwt_sign(struct arena *arena, const struct jwt_key *key, json_object *claims) MUST_CHECK;

/* The claims of a token that is signed with key, issued by the issuer and in force (now < exp, iat <= now,
 * nbf <= now; numbers only); they live as long as the arena's contents. NULL for any other token. The
 * signature is checked, in constant time, before header or claims are read. `alg` must be HS256, and `crit`
 * is refused. */
json_object *jwt_verify(struct arena *arena, const struct jwt_key *key, const struct jwt_rules *rules,
                        const char *token) MUST_CHECK;

/* The claims of a token as it stands, nothing verified: only to find out whose key to verify it with. NULL
 * where it is no token. */
json_object *jwt_peek(struct arena *arena, const char *token) MUST_CHECK;

/* A text claim; NULL where it is missing or something else. It lives as long as claims. */
const char *jwt_text(json_object *claims, const char *name);

/* A NumericDate in whole seconds, rounded down. False where it is missing, no number, negative or beyond
 * 2^53. */
bool jwt_date(json_object *claims, const char *name, int64_t *seconds) MUST_CHECK;

#endif
