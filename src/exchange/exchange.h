/* What one request carries on its way: made by the pipeline (src/server), filled in by the router and the
 * authentication, read by the endpoint, which leaves its answer in it. */
#ifndef RIGGER_EXCHANGE_EXCHANGE_H
#define RIGGER_EXCHANGE_EXCHANGE_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "crypto/sr25519.h"
#include "db/connection.h"
#include "db/value.h"
#include "exchange/endpoint.h"
#include "http/request.h"
#include "http/response.h"

#include <stdbool.h>
#include <stdint.h>

/* Who is asking, as far as the credential alone tells; registration and blacklist are looked at in SQL. */
struct caller {
    const char *hotkey;  /* SS58; NULL under a launch token */
    bool signature_used; /* a signature was given: it must be stored as used */
    unsigned char signature_hash[SIGNATURE_HASH_BYTES];
};

struct target_reader;

/* All that an endpoint works with during one request. */
struct exchange {
    struct arena *arena;
    const struct config *config;
    struct db *db;
    struct target_reader *targets; /* NULL: no Redis tells them */
    const struct endpoint *endpoint;
    struct request *request;
    struct response *response;
    struct caller caller;
    const char *path[ENDPOINT_PATH_PARAMETERS_MAX]; /* decoded path parameters, in order */
    json_object *query, *body; /* validated and coerced; NULL where the endpoint declares none */
    json_object *invalid;      /* what is wrong with query and body; NULL: nothing */
    int64_t deadline_ms;       /* on clock_monotonic_ms: when the master loses patience */
    int64_t postponed_ms;      /* by how much it was put off */
};

/* Puts the deadline off, because the request is going to ask something slow. ms: as against the deadline that
 * it had at first; what it was put off before counts. */
void exchange_postpone(struct exchange *exchange, int64_t ms);

/* Answers with a refusal. subject is what its text is about; NULL where it has no place for one. Always
 * STATUS_REFUSED. */
enum status exchange_refuse(struct exchange *exchange, enum refusal refusal, const char *subject);

/* Answers that query or body are malformed, with exchange->invalid. Always STATUS_REFUSED. */
enum status exchange_refuse_invalid(struct exchange *exchange);

/* Answers with the refusal that a SQL function returned, by its code and what it is about; code NULL: it was
 * none. True: it was one, and the endpoint is done. A code that the catalogue does not have is logged, and a
 * 500. */
bool exchange_refused(struct exchange *exchange, const char *code, const char *subject) MUST_CHECK;

/* When the client may try again, in seconds, as the SQL function that refused says it; null: it says nothing.
 */
void exchange_retry_after(struct exchange *exchange, struct db_integer seconds);

/* The hash of the caller's signature as an input of a SQL function that marks it as used; null under an
 * account credential. Lives as long as the exchange. */
struct db_bytes exchange_signature_hash(const struct exchange *exchange);

#endif
