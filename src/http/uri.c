/* Percent-decoding and query strings (RFC 3986, and the form encoding of HTML where it is a query). Never
 * guesses: what does not decode to text without NUL is refused. */
#include "http/uri.h"

#include "json/json.h"

#include <string.h>

static int digit_value(char digit)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *found = digit == '\0' ? NULL : strchr(digits, digit);

    if (found == NULL)
        return -1;
    return found - digits < 16 ? (int)(found - digits) : (int)(found - digits) - 6;
}

char *uri_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space)
{
    char *decoded = arena_alloc(arena, length + 1);
    size_t count = 0;

    for (size_t i = 0; i < length; i++) {
        int high = -1, low = -1;

        if (text[i] == '%' && length - i > 2) {
            high = digit_value(text[i + 1]);
            low = digit_value(text[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            decoded[count] = (char)(high << 4 | low);
            i += 2;
        } else {
            decoded[count] = plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
        /* rule: http.uri_nul */
        if (decoded[count++] == '\0')
            return NULL;
    }
    /* rule: http.uri_utf8 */
    return utf8_is_valid(decoded, count) ? decoded : NULL;
}

/* True if text, once decoded, is name. */
static bool decodes_to(struct arena *arena, const char *text, size_t length, const char *name)
{
    const char *decoded;

    if (memchr(text, '%', length) == NULL && memchr(text, '+', length) == NULL)
        return strlen(name) == length && memcmp(text, name, length) == 0;
    decoded = uri_decode(arena, text, length, true);
    return decoded != NULL && strcmp(decoded, name) == 0;
}

char *uri_query_value(struct arena *arena, const char *query, const char *name, bool *malformed)
{
    const char *value = NULL;
    size_t value_length = 0;
    char *decoded;

    *malformed = false;
    for (const char *pair = query; *pair != '\0';) {
        size_t pair_length = strcspn(pair, "&");
        size_t name_length = strcspn(pair, "&=");

        if (decodes_to(arena, pair, name_length, name)) {
            size_t skip = name_length < pair_length ? name_length + 1 : name_length;

            value = pair + skip;
            value_length = pair_length - skip;
        }
        pair += pair_length;
        if (*pair == '&')
            pair++;
    }
    if (value == NULL)
        return NULL;
    decoded = uri_decode(arena, value, value_length, true);
    *malformed = decoded == NULL;
    return decoded;
}
