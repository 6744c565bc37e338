/* The shape of an endpoint: what the router, the authentication, the validation and the OpenAPI document need
 * to know of it. Each file of src/endpoints defines constants of this type; src/endpoints/registry.h lists
 * them. What is not said is denied: without an authentication policy every request is refused. */
#ifndef RIGGER_EXCHANGE_ENDPOINT_H
#define RIGGER_EXCHANGE_ENDPOINT_H

#include "core/refusal.h"
#include "core/status.h"
#include "exchange/pool.h"
#include "http/fields.h"
#include "http/request.h"

#include <stdbool.h>

#define ENDPOINT_PATH_PARAMETERS_MAX 2

struct exchange;

enum auth_policy {
    AUTH_DENY = 0,
    AUTH_NONE,           /* anybody */
    AUTH_HOTKEY_PURPOSE, /* hotkey signature over the endpoint's purpose, or an account credential */
    AUTH_HOTKEY_BODY,    /* hotkey signature over the body's digest, or an account credential */
    AUTH_LAUNCH_TOKEN,   /* bearer of the launch token whose sub is the path's config_id */
    AUTH_MONITORING      /* the configured monitoring networks */
};

/* How an endpoint answers what it has done; for the OpenAPI document. */
struct endpoint_success {
    int status;               /* 0: it is not of the wire contract, and not documented */
    const char *doc;          /* a sentence */
    const struct field *body; /* what is in it */
};

struct endpoint {
    const char *name; /* file, SQL function and test carry the same name */
    enum http_method method;
    const char *path;    /* "/instances/launch_config/{config_id}" */
    const char *summary; /* one sentence for the OpenAPI document */
    enum auth_policy auth;
    const char *purpose;              /* the signed tail of AUTH_HOTKEY_PURPOSE */
    enum pool pool;                   /* whose socket its requests come by; elsewhere they are 404 */
    bool large_body;                  /* claim_body_max_bytes is its limit, not body_max_bytes */
    const struct field *query, *body; /* NULL: none is read */
    bool any_content_type;            /* the body is read as JSON whatever its content type says */
    /* Rules of the body that its table cannot express; adds to errors. NULL: none. */
    void (*check)(json_object *body, struct field_errors *errors);
    /* Whether run is called although query or body break their tables, because it must look at the state
     * first. exchange->invalid then lists what is wrong, and query and body hold what could be read of them,
     * or NULL. exchange_refuse_invalid() answers with that list. */
    bool runs_when_invalid;
    struct endpoint_success success;
    /* What it may refuse beside what follows from its policy and tables, for the OpenAPI document;
     * REFUSAL_NONE ends the list. NULL: nothing. */
    const enum refusal *refusals;
    /* Does the work and fills in exchange->response; with STATUS_OK and STATUS_REFUSED that is the answer.
     * The others are answered for it. */
    enum status (*run)(struct exchange *exchange);
};

#endif
