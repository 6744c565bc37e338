/* A growing byte buffer with a maximum. Once an append would pass the maximum, or memory is out, the buffer
 * is `failed`, further appends do nothing, and the caller asks once at the end. Always NUL-terminated behind
 * `length`. */
#ifndef RIGGER_CORE_BUF_H
#define RIGGER_CORE_BUF_H

#include "core/attributes.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* never NULL after buf_init unless failed */
    size_t length;
    size_t capacity;
    size_t max;
    bool failed;
    bool borrowed; /* data is the caller's storage */
};

/* An empty buffer that may grow to max_bytes (without the terminating NUL). buf_free when done. */
void buf_init(struct buf *buf, size_t max_bytes);
void buf_free(struct buf *buf);

/* An empty buffer in storage of size bytes (at least 1), which needs no memory and never grows. */
void buf_borrow(struct buf *buf, char *storage, size_t size);

void buf_append(struct buf *buf, const void *data, size_t length);
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *buf, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

/* Appends text as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD. */
void buf_json_string(struct buf *buf, const char *text, size_t length);

/* The same in max_bytes at most, quotes included (at least 8). What is longer is cut behind a whole character
 * and ends with U+2026. */
void buf_json_string_cut(struct buf *buf, const char *text, size_t length, size_t max_bytes);

#endif
