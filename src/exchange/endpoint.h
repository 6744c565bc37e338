/* The shape of an endpoint: one constant per file, listed in registry.c. What is not said is denied: a
 * missing authentication policy refuses every request. */
#ifndef RIGGER_EXCHANGE_ENDPOINT_H
#define RIGGER_EXCHANGE_ENDPOINT_H

#include "config/config.h"
#include "core/status.h"
#include "crypto/sr25519.h"
#include "db/connection.h"
#include "http/fields.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>

#define ENDPOINT_PATH_PARAMETERS_MAX 2

enum auth_policy {
    AUTH_DENY = 0,
    AUTH_NONE,           /* anybody */
    AUTH_HOTKEY_PURPOSE, /* hotkey signature over the endpoint's purpose, or an account credential */
    AUTH_HOTKEY_BODY,    /* hotkey signature over the body's digest, or an account credential */
    AUTH_LAUNCH_TOKEN,   /* bearer of the launch token whose sub is the path's config_id */
    AUTH_MONITORING      /* the configured monitoring networks */
};

enum pool { POOL_FAST, POOL_SLOW };

/* Who is asking, as far as the credential alone tells; registration and blacklist are judged in SQL. */
struct caller {
    const char *hotkey;  /* SS58; NULL under a launch token */
    bool signature_used; /* a signature was given: it must be stored as used */
    unsigned char signature_hash[SIGNATURE_HASH_BYTES];
    const char *config_id; /* of a launch token */
};

/* All that an endpoint works with during one request. */
struct exchange {
    struct arena *arena;
    const struct config *config;
    struct db *db;
    const struct endpoint *endpoint;
    struct request *request;
    struct response *response;
    struct caller caller;
    const char *path[ENDPOINT_PATH_PARAMETERS_MAX]; /* decoded path parameters, in order */
    json_object *query, *body; /* validated and coerced; NULL where the endpoint declares none */
    json_object *invalid;      /* list of 422 errors; only set with runs_when_invalid */
    int64_t deadline_ms;       /* on clock_monotonic_ms: when the master loses patience */
};

/* A status that an endpoint may answer beside those that follow from its policy and tables; for the OpenAPI
 * document. */
struct endpoint_answer {
    int status; /* 0 closes a list */
    const char *doc;
    const struct field *body; /* of a success: what is in it; NULL: {"detail": text} */
};

struct endpoint {
    const char *name; /* file, SQL function and test carry the same name */
    enum http_method method;
    const char *path;    /* "/instances/launch_config/{config_id}" */
    const char *summary; /* one sentence for the OpenAPI document */
    enum auth_policy auth;
    const char *purpose; /* the signed tail of AUTH_HOTKEY_PURPOSE */
    enum pool pool;
    bool large_body;                  /* the claim's body limit instead of the common one */
    const struct field *query, *body; /* NULL: none is read */
    /* Rules of the body that its table cannot express; adds to errors. NULL: none. */
    void (*check)(json_object *body, struct field_errors *errors);
    /* The state decides before the body does (verification): run is called with exchange->invalid set. */
    bool runs_when_invalid;
    const struct endpoint_answer *answers; /* NULL: not of the wire contract, and not documented */
    /* Does the work and fills in exchange->response. Anything but STATUS_OK is answered from the status
     * table. */
    enum status (*run)(struct exchange *exchange);
};

/* Answers with the status and detail of a SQL function's row unless its status is 200. True: it was a
 * refusal, and the endpoint is done. */
bool endpoint_refused(struct exchange *exchange, const struct db_rows *rows) MUST_CHECK;

/* The parameters that every hotkey-authenticated SQL function begins with, as text for db_call: hotkey,
 * netuid, signature hash (NULL under an account credential). */
void endpoint_hotkey_parameters(const struct exchange *exchange, const char *parameters[3]);

/* The configured netuid as text, for db_call. */
const char *endpoint_netuid(const struct exchange *exchange);

/* Every endpoint that is served; NULL-terminated. */
extern const struct endpoint *const endpoint_registry[];

#endif
