/* The log of every program: one JSON line an event on stderr. Values are quoted here, so that no caller can
 * break a line. Never log a token, a key, a signature, a body or an SQL parameter. */
#ifndef RIGGER_CORE_LOG_H
#define RIGGER_CORE_LOG_H

#include "core/attributes.h"

#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG = 1, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* What the levels are called, from LOG_LEVEL_DEBUG on; NULL-terminated. The setting server.log_level offers
 * these names. */
extern const char *const log_level_names[];

/* Events below level are dropped. process: what this process is called ("master", "fast", "background", …);
 * it goes into every line, and is copied. */
void log_configure(enum log_level level, const char *process);

/* The request whose id goes into every following line; NULL for none. The text must outlive the setting. */
void log_set_request(const char *request_id);

/* {"time": …, "level": …, "process": …, "pid": …, "request_id"?: …, "message": "…"}. What is too long for a
 * line is cut and ends with U+2026; no line is longer than BOUND_LOG_LINE (core/bounds.h). */
void log_event(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

struct log_request {
    const char *method, *route; /* route: the endpoint's name, never the raw path; "-" where none matched */
    int status;
    int64_t total_us, database_us;
    const char *sqlstate; /* NULL: none */
    const char *refusal;  /* what the client was told, or NULL; a public text, never input */
};

/* The one line that every request leaves. */
void log_request(const struct log_request *entry);

#endif
