/* Masks passwords in connection strings. It follows the two grammars of libpq's documentation ("Connection
 * Strings") just far enough to find them, and must never let one through. */
#include "core/dsn.h"

#include "core/buf.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WHITE " \t\r\n\f\v"

/* password, sslpassword, and in a URI any keyword that hides behind percent escapes. */
static bool is_secret_keyword(const char *keyword, size_t length)
{
    static const char suffix[] = "password";
    const size_t suffix_length = sizeof(suffix) - 1;

    if (memchr(keyword, '%', length) != NULL)
        return true;
    return length >= suffix_length &&
           strncasecmp(keyword + length - suffix_length, suffix, suffix_length) == 0;
}

/* The first byte behind a value of the keyword form: quoted or not, a backslash takes the next byte along. */
static const char *skip_value(const char *value)
{
    bool quoted = *value == '\'';
    const char *at = quoted ? value + 1 : value;

    while (*at != '\0' && (quoted ? *at != '\'' : strchr(WHITE, *at) == NULL)) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        at++;
    }
    return quoted && *at == '\'' ? at + 1 : at;
}

static void mask_keywords(struct buf *out, const char *dsn)
{
    for (const char *at = dsn; *at != '\0';) {
        const char *keyword = at + strspn(at, WHITE);
        size_t length = strcspn(keyword, "=" WHITE);
        const char *equals = keyword + length + strspn(keyword + length, WHITE);

        if (*keyword == '\0')
            break;
        if (*equals != '=') {
            /* Not a connection string, so nothing in it is known to be harmless. */
            buf_puts(out, SECRET_MASK);
            break;
        }
        const char *value = equals + 1 + strspn(equals + 1, WHITE);
        const char *end = skip_value(value);
        if (is_secret_keyword(keyword, length)) {
            buf_append(out, at, (size_t)(value - at));
            buf_puts(out, SECRET_MASK);
        } else {
            buf_append(out, at, (size_t)(end - at));
        }
        at = end;
    }
}

/* Where the user information ends: at the first @ of the authority; where that has none, a password with an
 * unescaped slash is suspected before any later @. NULL: there is no user information. */
static const char *find_user_end(const char *authority)
{
    const char *end = authority + strcspn(authority, "@/");

    if (*end == '@')
        return end;
    return memrchr(authority, '@', strcspn(authority, "?"));
}

static void mask_query(struct buf *out, const char *query)
{
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        const char *equals = memchr(query, '=', length);

        if (equals != NULL && is_secret_keyword(query, (size_t)(equals - query))) {
            buf_append(out, query, (size_t)(equals + 1 - query));
            buf_puts(out, SECRET_MASK);
        } else {
            buf_append(out, query, length);
        }
        query += length;
        if (*query == '&') {
            buf_puts(out, "&");
            query++;
        }
    }
}

static void mask_uri(struct buf *out, const char *dsn, const char *authority)
{
    const char *rest = authority, *user_end = find_user_end(authority);

    buf_append(out, dsn, (size_t)(authority - dsn));
    if (user_end != NULL) {
        const char *colon = memchr(authority, ':', (size_t)(user_end - authority));
        if (colon != NULL) {
            buf_append(out, authority, (size_t)(colon + 1 - authority));
            buf_puts(out, SECRET_MASK);
        } else {
            buf_append(out, authority, (size_t)(user_end - authority));
        }
        rest = user_end;
    }

    size_t path = strcspn(rest, "?");
    buf_append(out, rest, path);
    if (rest[path] == '?') {
        buf_puts(out, "?");
        mask_query(out, rest + path + 1);
    }
}

size_t dsn_scheme_length(const char *dsn)
{
    static const char *const schemes[] = { "postgresql://", "postgres://" };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strncmp(dsn, schemes[i], strlen(schemes[i])) == 0)
            return strlen(schemes[i]);
    }
    return 0;
}

char *dsn_mask(const char *dsn)
{
    size_t scheme = dsn_scheme_length(dsn);
    struct buf out;

    /* Every masked value is at least one byte long, or empty behind its "=": the result stays within this. */
    buf_init(&out, (sizeof(SECRET_MASK) + 1) * (strlen(dsn) + 1));
    if (scheme > 0)
        mask_uri(&out, dsn, dsn + scheme);
    else
        mask_keywords(&out, dsn);
    if (out.failed) {
        buf_free(&out);
        return NULL;
    }
    return out.data;
}

bool dsn_has_password(const char *dsn)
{
    char *masked = dsn_mask(dsn);
    bool differs = masked == NULL || strcmp(masked, dsn) != 0;

    free(masked);
    return differs;
}
