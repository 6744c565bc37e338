/* Launch tokens (docs/contract.md, "Launch token"): HS256 JWTs. Their key is launch_key of the configuration
 * as it is written, or the hex SHA-256 of its launch_secret. */
#ifndef RIGGER_AUTH_LAUNCH_TOKEN_H
#define RIGGER_AUTH_LAUNCH_TOKEN_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"

#include <json-c/json.h>
#include <stdint.h>

#define LAUNCH_TOKEN_ISSUER "chutes"

struct launch_token {
    const char *config_id, *env_key, *url;
    const char *job_id;                /* NULL: none */
    int64_t disk_gb;                   /* 0: none; only written together with job_id */
    int64_t issued_at_s, expires_at_s; /* Unix seconds */
};

/* Signs a token; it lives in the arena. NULL: out of memory. */
char *launch_token_sign(struct arena *arena, const struct config *config, const struct launch_token *token);

/* Signs other claims with the same key (a job's status token), and frees them. NULL as above, or for NULL. */
char *launch_token_sign_claims(struct arena *arena, const struct config *config, json_object *claims);

/* Checks an Authorization header's value (bare or after "Bearer ") at now_s, for the config of the path.
 * REFUSAL_NO_CREDENTIAL: header is NULL or empty. REFUSAL_BAD_TOKEN: anything else that is wrong. */
enum refusal launch_token_verify(struct arena *arena, const struct config *config, const char *header,
                                 const char *config_id, int64_t now_s, struct launch_token *token) MUST_CHECK;

#endif
