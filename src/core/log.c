/* The log: each event is one JSON line and one write, so that lines of several processes never mix. It must
 * not fail: where memory is out, a fixed line says so. */
#include "core/log.h"

#include "core/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_BYTES 2048                /* longer messages are cut */
#define LINE_BYTES    (8 * MESSAGE_BYTES) /* room for a message of which every byte is escaped */

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

static void append_text(struct buf *line, const char *key, const char *text)
{
    buf_printf(line, ", \"%s\": ", key);
    buf_json_string(line, text, strlen(text));
}

static void append_milliseconds(struct buf *line, const char *key, int64_t us)
{
    long long positive = us < 0 ? 0 : (long long)us;

    buf_printf(line, ", \"%s\": %lld.%03lld", key, positive / 1000, positive % 1000);
}

static void begin_line(struct buf *line, enum log_level level)
{
    struct timespec now;
    struct tm utc = { 0 };
    char seconds[sizeof("2026-01-01T00:00:00")];

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &utc);

    buf_init(line, LINE_BYTES);
    buf_printf(line, "{\"time\": \"%s.%03ldZ\"", seconds, now.tv_nsec / 1000000);
    append_text(line, "level", log_level_names[level - LOG_LEVEL_DEBUG]);
    append_text(line, "process", process_name);
    buf_printf(line, ", \"pid\": %ld", (long)getpid());
    if (current_request != NULL)
        append_text(line, "request_id", current_request);
}

static void end_line(struct buf *line)
{
    static const char lost[] =
        "{\"level\": \"error\", \"message\": \"a log line was lost: no memory, or too long\"}\n";
    const char *text = lost;
    size_t length = sizeof(lost) - 1;

    buf_puts(line, "}\n");
    if (!line->failed) {
        text = line->data;
        length = line->length;
    }
    /* There is nobody to tell of a failing log; only an interrupted write is worth another try. */
    while (write(STDERR_FILENO, text, length) < 0 && errno == EINTR)
        continue;
    buf_free(line);
}

void log_event(enum log_level level, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    struct buf line;
    va_list arguments;
    int saved_errno = errno;

    if (level < threshold)
        return;

    va_start(arguments, format);
    if (vsnprintf(message, sizeof(message), format, arguments) < 0)
        snprintf(message, sizeof(message), "a message could not be formatted: %s", format);
    va_end(arguments);

    begin_line(&line, level);
    append_text(&line, "message", message);
    end_line(&line);
    errno = saved_errno;
}

void log_request(const struct log_request *entry)
{
    enum log_level level = entry->status >= 500 ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO;
    struct buf line;
    int saved_errno = errno;

    if (level < threshold)
        return;

    begin_line(&line, level);
    append_text(&line, "method", entry->method);
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
