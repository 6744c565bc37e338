/* The log: each event is one JSON line and one write, so that lines of several processes never mix. It must
 * not fail and not lose a line: it takes no memory, and every value is cut to a length, so that all of them
 * together fit into a line that a pipe takes whole. */
#include "core/log.h"

#include "core/bounds.h"
#include "core/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_BYTES     3072 /* of an event, before it is JSON; what is longer is cut */
#define MESSAGE_MAX_BYTES 3072 /* as JSON */

static enum log_level threshold = LOG_LEVEL_INFO;
static char process_name[32] = "rigger";
static const char *current_request;

const char *const log_level_names[] = { "debug", "info", "warning", "error", NULL };

void log_configure(enum log_level level, const char *process)
{
    threshold = level;
    snprintf(process_name, sizeof(process_name), "%s", process);
}

void log_set_request(const char *request_id)
{
    current_request = request_id;
}

static void append_cut(struct buf *line, const char *key, const char *text, size_t max_bytes)
{
    buf_printf(line, ", \"%s\": ", key);
    /* rule: log.cut */
    buf_json_string_cut(line, text, strlen(text), max_bytes);
}

static void append_text(struct buf *line, const char *key, const char *text)
{
    append_cut(line, key, text, BOUND_LOG_VALUE);
}

static void append_milliseconds(struct buf *line, const char *key, int64_t us)
{
    long long positive = us < 0 ? 0 : (long long)us;

    buf_printf(line, ", \"%s\": %lld.%03lld", key, positive / 1000, positive % 1000);
}

static void begin_line(struct buf *line, char storage[BOUND_LOG_LINE + 1], enum log_level level)
{
    struct timespec now;
    struct tm utc = { 0 };
    char seconds[sizeof("2026-01-01T00:00:00")];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);

    buf_borrow(line, storage, BOUND_LOG_LINE + 1);
    buf_printf(line, "{\"time\": \"%s.%03ldZ\"", seconds, now.tv_nsec / 1000000);
    append_text(line, "level", log_level_names[level - LOG_LEVEL_DEBUG]);
    append_text(line, "process", process_name);
    buf_printf(line, ", \"pid\": %ld", (long)getpid());
    if (current_request != NULL)
        append_text(line, "request_id", current_request);
}

static void end_line(struct buf *line)
{
    size_t written = 0;

    buf_puts(line, "}\n");
    /* There is nobody to tell of a failing log; only an interrupted write, or half of one, is worth another
     * try. */
    while (written < line->length) {
        ssize_t got = write(STDERR_FILENO, line->data + written, line->length - written);

        if (got <= 0 && !(got < 0 && errno == EINTR))
            break;
        written += got > 0 ? (size_t)got : 0;
    }
}

void log_event(enum log_level level, const char *format, ...)
{
    char message[MESSAGE_BYTES], storage[BOUND_LOG_LINE + 1];
    struct buf line;
    va_list arguments;
    int saved_errno = errno;

    if (level < threshold)
        return;

    va_start(arguments, format);
    if (vsnprintf(message, sizeof(message), format, arguments) < 0)
        snprintf(message, sizeof(message), "a message could not be formatted: %s", format);
    va_end(arguments);

    begin_line(&line, storage, level);
    append_cut(&line, "message", message, MESSAGE_MAX_BYTES);
    end_line(&line);
    errno = saved_errno;
}

void log_request(const struct log_request *entry)
{
    enum log_level level = entry->status >= 500 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO;
    char storage[BOUND_LOG_LINE + 1];
    struct buf line;
    int saved_errno = errno;

    if (level < threshold)
        return;

    begin_line(&line, storage, level);
    append_cut(&line, "method", entry->method, BOUND_LOG_METHOD);
    append_text(&line, "route", entry->route);
    buf_printf(&line, ", \"status\": %d", entry->status);
    append_milliseconds(&line, "ms", entry->total_us);
    append_milliseconds(&line, "db_ms", entry->database_us);
    if (entry->sqlstate != NULL)
        append_text(&line, "sqlstate", entry->sqlstate);
    if (entry->refusal != NULL)
        append_text(&line, "refusal", entry->refusal);
    end_line(&line);
    errno = saved_errno;
}
