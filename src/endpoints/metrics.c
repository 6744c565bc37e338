/* GET /metrics: the counters of all workers, for Prometheus. */
#include "metrics/metrics.h"
#include "endpoints/registry.h"

#define TEXT_MAX_BYTES ((size_t)1 << 20)

static enum status run(struct exchange *exchange)
{
    struct buf text;
    enum status status = STATUS_UNAVAILABLE;

    buf_init(&text, TEXT_MAX_BYTES);
    metrics_write(&text);
    if (!text.failed) {
        response_content(exchange->response, "text/plain; version=0.0.4; charset=utf-8",
                         arena_strndup(exchange->arena, text.data, text.length), text.length);
        status = STATUS_OK;
    }
    buf_free(&text);
    return status;
}

const struct endpoint metrics = {
    .name = "metrics",
    .method = HTTP_GET,
    .path = "/metrics",
    .summary = "Counters of all workers, for Prometheus; from the configured networks only.",
    .auth = AUTH_MONITORING,
    .pool = POOL_FAST,
    .run = run,
};
