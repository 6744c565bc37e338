/* The growing buffer. It must not grow past its maximum, and must not lose a failure. */
#include "core/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES   ((size_t)256)
#define ESCAPED_BYTES sizeof("\\u0000")
#define REPLACEMENT   "\xef\xbf\xbd" /* U+FFFD */
#define ELLIPSIS      "\xe2\x80\xa6"

void buf_init(struct buf *buf, size_t max_bytes)
{
    size_t capacity = max_bytes < FIRST_BYTES ? max_bytes + 1 : FIRST_BYTES;

    *buf = (struct buf){ .data = malloc(capacity), .max = max_bytes };
    if (buf->data == NULL) {
        buf->failed = true;
        return;
    }
    buf->capacity = capacity;
    buf->data[0] = '\0';
}

void buf_borrow(struct buf *buf, char *storage, size_t size)
{
    *buf = (struct buf){ .data = storage, .capacity = size, .max = size - 1, .borrowed = true };
    storage[0] = '\0';
}

void buf_free(struct buf *buf)
{
    if (!buf->borrowed)
        free(buf->data);
    *buf = (struct buf){ .failed = true };
}

/* Makes room for length more bytes and the NUL. */
static bool reserve(struct buf *buf, size_t length)
{
    if (buf->failed)
        return false;
    if (buf->max == SIZE_MAX || length > buf->max - buf->length) {
        buf->failed = true;
        return false;
    }

    size_t needed = buf->length + length + 1;
    if (needed <= buf->capacity)
        return true;

    if (buf->borrowed) {
        buf->failed = true;
        return false;
    }
    size_t capacity = buf->capacity > buf->max / 2 ? buf->max + 1 : buf->capacity * 2;
    if (capacity < needed)
        capacity = needed;
    char *data = realloc(buf->data, capacity);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void buf_append(struct buf *buf, const void *data, size_t length)
{
    if (length == 0 || !reserve(buf, length))
        return;
    memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_append(buf, text, strlen(text));
}

void buf_vprintf(struct buf *buf, const char *format, va_list arguments)
{
    va_list again;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        buf->failed = true;
        return;
    }
    if (!reserve(buf, (size_t)length))
        return;
    vsnprintf(buf->data + buf->length, (size_t)length + 1, format, arguments);
    buf->length += (size_t)length;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    buf_vprintf(buf, format, arguments);
    va_end(arguments);
}

/* Length of the well-formed UTF-8 sequence (RFC 3629, table of section 4) at the start of bytes; 0: there is
 * none. */
static size_t sequence_length(const unsigned char *bytes, size_t length)
{
    unsigned char lead = bytes[0], low = 0x80, high = 0xbf;
    size_t needed;

    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        needed = 2;
    else if (lead >= 0xe0 && lead <= 0xef)
        needed = 3;
    else if (lead >= 0xf0 && lead <= 0xf4)
        needed = 4;
    else
        return 0;

    /* The second byte alone tells overlong forms, surrogates and what lies beyond U+10FFFF. */
    if (lead == 0xe0)
        low = 0xa0;
    else if (lead == 0xed)
        high = 0x9f;
    else if (lead == 0xf0)
        low = 0x90;
    else if (lead == 0xf4)
        high = 0x8f;

    if (needed > length || bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < needed; i++) {
        if (bytes[i] < 0x80 || bytes[i] > 0xbf)
            return 0;
    }
    return needed;
}

/* What the byte becomes in a JSON string; its length. */
static size_t escape(unsigned char byte, char escaped[ESCAPED_BYTES])
{
    static const char short_forms[0x20] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'
    };

    if (byte == '"' || byte == '\\')
        return (size_t)snprintf(escaped, ESCAPED_BYTES, "\\%c", byte);
    if (short_forms[byte] != '\0')
        return (size_t)snprintf(escaped, ESCAPED_BYTES, "\\%c", short_forms[byte]);
    return (size_t)snprintf(escaped, ESCAPED_BYTES, "\\u%04x", byte);
}

/* The length of what the next character becomes in a JSON string; *taken: of what it was. *plain: it stays as
 * it is, else `escaped` has it. */
static size_t write_character(const unsigned char *bytes, size_t length, size_t *taken, bool *plain,
                              char escaped[ESCAPED_BYTES])
{
    size_t sequence = sequence_length(bytes, length);

    *taken = sequence > 0 ? sequence : 1;
    *plain = sequence > 0 && bytes[0] >= 0x20 && bytes[0] != '"' && bytes[0] != '\\';
    if (*plain)
        return sequence;
    return sequence > 0 ? escape(bytes[0], escaped)
                        : (size_t)snprintf(escaped, ESCAPED_BYTES, "%s", REPLACEMENT);
}

/* How much of text fits into so many bytes of a JSON string without its quotes. */
static size_t fitting_prefix(const char *text, size_t length, size_t max_bytes)
{
    char escaped[ESCAPED_BYTES];
    size_t at = 0, taken, written = 0;
    bool plain;

    while (at < length) {
        written += write_character((const unsigned char *)text + at, length - at, &taken, &plain, escaped);
        if (written > max_bytes)
            break;
        at += taken;
    }
    return at;
}

static void append_json(struct buf *buf, const char *text, size_t length)
{
    char escaped[ESCAPED_BYTES];
    size_t run = 0, taken; /* where the run of bytes that need no change began */
    bool plain;

    for (size_t at = 0; at < length; at += taken) {
        size_t written =
            write_character((const unsigned char *)text + at, length - at, &taken, &plain, escaped);

        if (plain)
            continue;
        buf_append(buf, text + run, at - run);
        buf_append(buf, escaped, written);
        run = at + taken;
    }
    buf_append(buf, text + run, length - run);
}

void buf_json_string(struct buf *buf, const char *text, size_t length)
{
    buf_puts(buf, "\"");
    append_json(buf, text, length);
    buf_puts(buf, "\"");
}

void buf_json_string_cut(struct buf *buf, const char *text, size_t length, size_t max_bytes)
{
    size_t room = max_bytes - strlen("\"\""), kept = fitting_prefix(text, length, room);
    bool cut = kept < length;

    if (cut)
        kept = fitting_prefix(text, length, room - strlen(ELLIPSIS));
    buf_puts(buf, "\"");
    append_json(buf, text, kept);
    buf_puts(buf, cut ? ELLIPSIS "\"" : "\"");
}
