/* GET /docs/ and the two files it needs: a page to read the OpenAPI document and to try the operations. */
#include "endpoints/docs.h"

#include "endpoints/registry.h"

#include <stdlib.h>
#include <string.h>

static enum status answer(struct exchange *exchange, const char *path, const char *content_type)
{
    for (unsigned i = 0; i < docs_file_count; i++) {
        if (strcmp(docs_files[i].path, path) == 0) {
            response_content(exchange->response, content_type, (const char *)docs_files[i].text,
                             docs_files[i].length);
            exchange->response->is_page = true;
            return STATUS_OK;
        }
    }
    abort(); /* the build embeds them all */
}

static enum status run_page(struct exchange *exchange)
{
    return answer(exchange, "index.html", "text/html; charset=utf-8");
}

static enum status run_script(struct exchange *exchange)
{
    return answer(exchange, "docs.js", "text/javascript; charset=utf-8");
}

static enum status run_style(struct exchange *exchange)
{
    return answer(exchange, "docs.css", "text/css; charset=utf-8");
}

const struct endpoint docs = {
    .name = "docs",
    .method = HTTP_GET,
    .path = "/docs/",
    .summary = "A page to read and try the operations.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .run = run_page,
};

const struct endpoint docs_script = {
    .name = "docs_script",
    .method = HTTP_GET,
    .path = "/docs/docs.js",
    .summary = "The page's script.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .run = run_script,
};

const struct endpoint docs_style = {
    .name = "docs_style",
    .method = HTTP_GET,
    .path = "/docs/docs.css",
    .summary = "The page's style.",
    .auth = AUTH_NONE,
    .pool = POOL_FAST,
    .run = run_style,
};
