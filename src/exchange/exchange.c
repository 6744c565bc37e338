/* What the endpoints share: turning what a SQL function returned into an answer, and a caller into its
 * inputs. */
#include "exchange/exchange.h"

#include "core/log.h"
#include "core/waiting.h"
#include "json/json.h"

void exchange_postpone(struct exchange *exchange, int64_t ms)
{
    int64_t more_ms = ms - exchange->postponed_ms;

    if (more_ms <= 0)
        return;
    exchange->postponed_ms = ms;
    exchange->deadline_ms += more_ms;
    /* rule: exchange.postpone */
    waiting_postpone(more_ms);
}

enum status exchange_refuse(struct exchange *exchange, enum refusal refusal, const char *subject)
{
    response_refuse(exchange->response, exchange->request, refusal, subject);
    return STATUS_REFUSED;
}

enum status exchange_refuse_invalid(struct exchange *exchange)
{
    json_object *body = json_made(json_object_new_object());

    json_put(body, "detail", json_object_get(exchange->invalid));
    response_json(exchange->response, exchange->arena, refusal_http(REFUSAL_INVALID), body);
    return STATUS_REFUSED;
}

bool exchange_refused(struct exchange *exchange, const char *code, const char *subject)
{
    enum refusal refusal;

    if (code == NULL)
        return false;
    refusal = refusal_find(code);
    if (refusal_http(refusal) == 0)
        log_event(LOG_LEVEL_ERROR,
                  "the database refused with \"%s\", which is no refusal of this program's catalogue", code);
    /* Not the caller's fault: whoever runs this service has to hear of it. */
    if (refusal == REFUSAL_DESCRIPTION_UNUSABLE)
        log_event(LOG_LEVEL_WARNING, "a row that others wrote cannot be used: %s",
                  subject != NULL ? subject : "?");
    exchange_refuse(exchange, refusal, subject);
    return true;
}

void exchange_retry_after(struct exchange *exchange, struct db_integer seconds)
{
    /* rule: exchange.retry_after */
    if (seconds.present)
        exchange->response->retry_after_s = (int)seconds.value;
}

struct db_bytes exchange_signature_hash(const struct exchange *exchange)
{
    if (!exchange->caller.signature_used)
        return db_bytes(NULL, 0);
    return db_bytes(exchange->caller.signature_hash, SIGNATURE_HASH_BYTES);
}
