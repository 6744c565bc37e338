/* Takes a JSON text apart, word by word, as strictly as RFC 8259 asks. Knows nothing of values or nesting. */
#include "json/json_scan.h"

#include <stdint.h>
#include <string.h>

#define UNICODE_ESCAPE_DIGITS 4

/* The length of the UTF-8 sequence at text, 0 if it is none. The second byte's range excludes overlong forms,
 * surrogates and what lies above U+10FFFF. */
static size_t sequence_length(const unsigned char *text, size_t left)
{
    unsigned char low = 0x80, high = 0xBF;
    size_t length;

    if (text[0] < 0x80)
        return 1;
    if (text[0] < 0xC2 || text[0] > 0xF4)
        return 0;
    length = text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : 4;
    if (length > left)
        return 0;
    if (text[0] == 0xE0)
        low = 0xA0;
    else if (text[0] == 0xED)
        /* rule: json.surrogate_bytes */
        high = 0x9F;
    else if (text[0] == 0xF0)
        low = 0x90;
    else if (text[0] == 0xF4)
        high = 0x8F;
    /* rule: json.overlong */
    if (text[1] < low || text[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

size_t json_scan_utf8_prefix(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t taken = 0, step;

    while (taken < length && (step = sequence_length(bytes + taken, length - taken)) > 0)
        taken += step;
    return taken;
}

bool json_scan_fail(struct json_scanner *scanner, const char *at, const char *error)
{
    scanner->error = error;
    scanner->error_at = at;
    return false;
}

void json_scan_space(struct json_scanner *scanner)
{
    while (scanner->at < scanner->end &&
           (*scanner->at == ' ' || *scanner->at == '\t' || *scanner->at == '\n' || *scanner->at == '\r'))
        scanner->at++;
}

char json_scan_peek(const struct json_scanner *scanner)
{
    return scanner->at < scanner->end ? *scanner->at : '\0';
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static void put_utf8(struct json_scanner *scanner, uint32_t code)
{
    if (code < 0x80) {
        *scanner->words++ = (char)code;
        return;
    }
    if (code < 0x800) {
        *scanner->words++ = (char)(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            *scanner->words++ = (char)(0xE0 | code >> 12);
        } else {
            *scanner->words++ = (char)(0xF0 | code >> 18);
            *scanner->words++ = (char)(0x80 | (code >> 12 & 0x3F));
        }
        *scanner->words++ = (char)(0x80 | (code >> 6 & 0x3F));
    }
    *scanner->words++ = (char)(0x80 | (code & 0x3F));
}

/* The four digits behind the "u" that is next; the text must go on behind them. */
static bool take_code_unit(struct json_scanner *scanner, uint32_t *unit)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *u = scanner->at;

    if (scanner->end - u <= UNICODE_ESCAPE_DIGITS + 1)
        return json_scan_fail(scanner, u, "Invalid \\uXXXX escape");
    *unit = 0;
    for (int i = 1; i <= UNICODE_ESCAPE_DIGITS; i++) {
        const char *digit = memchr(digits, u[i], sizeof(digits) - 1);
        uint32_t value;

        if (digit == NULL)
            return json_scan_fail(scanner, u, "Invalid \\uXXXX escape");
        value = (uint32_t)(digit - digits);
        *unit = *unit << 4 | (value < 16 ? value : value - 6);
    }
    scanner->at = u + UNICODE_ESCAPE_DIGITS + 1;
    return true;
}

static bool take_unicode_escape(struct json_scanner *scanner)
{
    const char *u = scanner->at;
    uint32_t code, low;

    if (!take_code_unit(scanner, &code))
        return false;
    /* rule: json.nul */
    if (code == 0)
        return json_scan_fail(scanner, u, "NUL character in a string");
    /* rule: json.surrogate */
    if (code >= 0xDC00 && code <= 0xDFFF)
        return json_scan_fail(scanner, u, "Surrogate without its partner");
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (scanner->end - scanner->at < 2 || memcmp(scanner->at, "\\u", 2) != 0)
            return json_scan_fail(scanner, u, "Surrogate without its partner");
        scanner->at++;
        if (!take_code_unit(scanner, &low))
            return false;
        /* rule: json.surrogate_pair */
        if (low < 0xDC00 || low > 0xDFFF)
            return json_scan_fail(scanner, u, "Surrogate without its partner");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    put_utf8(scanner, code);
    return true;
}

/* A backslash is next; `quote` is where the string began. */
static bool take_escape(struct json_scanner *scanner, const char *quote)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *backslash = scanner->at++, *name;

    if (scanner->at == scanner->end)
        return json_scan_fail(scanner, quote, "Unterminated string starting at");
    if (*scanner->at == 'u')
        return take_unicode_escape(scanner);
    name = memchr(names, *scanner->at, sizeof(names) - 1);
    if (name == NULL)
        return json_scan_fail(scanner, backslash, "Invalid \\escape");
    *scanner->words++ = values[name - names];
    scanner->at++;
    return true;
}

bool json_scan_string(struct json_scanner *scanner, const char **text, size_t *length)
{
    const char *quote = scanner->at++;

    *text = scanner->words;
    while (scanner->at < scanner->end && *scanner->at != '"') {
        if (*scanner->at == '\\') {
            if (!take_escape(scanner, quote))
                return false;
        } else if ((unsigned char)*scanner->at < 0x20) { /* rule: json.control */
            return json_scan_fail(scanner, scanner->at, "Invalid control character at");
        } else {
            *scanner->words++ = *scanner->at++;
        }
    }
    if (scanner->at == scanner->end)
        return json_scan_fail(scanner, quote, "Unterminated string starting at");
    scanner->at++;
    *length = (size_t)(scanner->words - *text);
    *scanner->words++ = '\0';
    return true;
}

/* The end of a run of digits. */
static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && is_digit(*at))
        at++;
    return at;
}

bool json_scan_number(struct json_scanner *scanner, const char **text, bool *integral)
{
    const char *start = scanner->at, *end = scanner->end, *at = start, *digits;
    size_t length;

    if (at < end && *at == '-')
        at++;
    if (at == end || !is_digit(*at))
        return json_scan_fail(scanner, start, "Expecting value");
    /* rule: json.leading_zero */
    at = *at == '0' ? at + 1 : skip_digits(at, end);
    *integral = true;
    if (end - at >= 2 && *at == '.' && is_digit(at[1])) {
        *integral = false;
        at = skip_digits(at + 1, end);
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        digits = at + 1;
        if (digits < end && (*digits == '+' || *digits == '-'))
            digits++;
        if (digits < end && is_digit(*digits)) {
            *integral = false;
            at = skip_digits(digits, end);
        }
    }
    length = (size_t)(at - start);
    *text = scanner->words;
    memcpy(scanner->words, start, length);
    scanner->words[length] = '\0';
    scanner->words += length + 1;
    scanner->at = at;
    return true;
}

bool json_scan_literal(struct json_scanner *scanner, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(scanner->end - scanner->at) < length || memcmp(scanner->at, word, length) != 0)
        return json_scan_fail(scanner, scanner->at, "Expecting value");
    scanner->at += length;
    return true;
}
