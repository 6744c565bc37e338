/* Refuses connection strings that libpq would misunderstand. libpq's own messages quote what it did not
 * understand, and in `password=my secret` or `user:p@ss@host` that is a piece of the password: so whatever
 * could be such a piece is found here first, and told without quoting it. The grammar is that of libpq's
 * documentation ("Connection Strings"), less what a badly written password could be taken for. */
#include "core/dsn.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#define WHITE        " \t\r\n\f\v"
#define PORT_DIGITS  5
#define NO_KEYWORD   SIZE_MAX
#define KEYWORDS_MAX 64

static const char no_equals[] = "not a connection string: a word has no =; write a value with white space in "
                                "single quotes";
static const char unknown_keyword[] = "not a connection string: a keyword that libpq does not know; write a "
                                      "value with white space in single quotes";
static const char open_quote[] = "not a connection string: a single quote is not closed; write one within a "
                                 "value as \\'";
static const char twice[] = "not a connection string: a keyword stands twice";
static const char bad_port[] =
    "not a connection string: a port is not a number; in a URI write user:password "
    "before an @, and : / ? # @ % within them as %3A %2F %3F %23 %40 %25";
static const char nested[] = "not a connection string: the name of the database is one itself";
static const char bad_escape[] = "not a connection URI: a % without two hex digits; write a % as %25";
static const char ambiguous[] =
    "not a connection URI: its @ can be understood in two ways; within a user or a "
    "password write : / ? # @ % as %3A %2F %3F %23 %40 %25";
static const char bad_byte[] = "not a connection URI: a character that has to be written as % and two hex "
                               "digits";
static const char bad_host[] =
    "not a connection URI: a host that is none; write an IPv6 address in brackets, "
    "and in a password : / ? # @ % as %3A %2F %3F %23 %40 %25";
static const char bad_query[] =
    "not a connection URI: behind the ? stand keyword=value pairs with & between; "
    "write & and = within a value as %26 and %3D";

/* The keywords of libpq 15 to 18. Which of them the installed one knows it says itself. */
static const char *const keywords[] = {
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "options",
    "passfile",
    "password",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "requiressl",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "user",
};

_Static_assert(sizeof(keywords) / sizeof(keywords[0]) <= KEYWORDS_MAX, "a bit for each keyword");

static size_t find_keyword(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        if (strlen(keywords[i]) == length && memcmp(keywords[i], text, length) == 0)
            return i;
    }
    return NO_KEYWORD;
}

/* Each keyword stands once: the second of two may be the end of a password with white space in it. */
static const char *note_keyword(uint64_t *seen, const char *text, size_t length)
{
    size_t number = find_keyword(text, length);

    if (number == NO_KEYWORD)
        return unknown_keyword;
    if ((*seen & (UINT64_C(1) << number)) != 0)
        return twice;
    *seen |= UINT64_C(1) << number;
    return NULL;
}

static bool is_named(const char *keyword, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(keyword, name, length) == 0;
}

/* Ports, with commas between; each may be left out. */
static bool are_ports(const char *text, size_t length)
{
    size_t digits = 0;

    for (size_t i = 0; i < length; i++) {
        digits = text[i] == ',' ? 0 : digits + 1;
        if ((text[i] != ',' && !isdigit((unsigned char)text[i])) || digits > PORT_DIGITS)
            return false;
    }
    return true;
}

static const char *check_value(const char *keyword, size_t keyword_length, const char *value, size_t length)
{
    if (is_named(keyword, keyword_length, "port") && !are_ports(value, length))
        return bad_port;
    if (is_named(keyword, keyword_length, "dbname") &&
        (memchr(value, '=', length) != NULL || memmem(value, length, "://", strlen("://")) != NULL))
        return nested;
    return NULL;
}

/* The length of a value without its quotes; *after is what comes behind it. SIZE_MAX: the quote stays open.
 */
static size_t measure_value(const char *value, const char **after)
{
    bool quoted = *value == '\'';
    const char *start = quoted ? value + 1 : value, *at = start;

    while (*at != '\0' && (quoted ? *at != '\'' : strchr(WHITE, *at) == NULL)) {
        if (*at == '\\' && at[1] != '\0')
            at++;
        at++;
    }
    *after = quoted && *at == '\'' ? at + 1 : at;
    return quoted && *at != '\'' ? SIZE_MAX : (size_t)(at - start);
}

static const char *check_keywords(const char *dsn)
{
    const char *at = dsn + strspn(dsn, WHITE);
    uint64_t seen = 0;

    while (*at != '\0') {
        const char *keyword = at, *error;
        size_t length = strcspn(keyword, "=" WHITE);

        at += length + strspn(keyword + length, WHITE);
        if (*at != '=')
            return no_equals;
        error = note_keyword(&seen, keyword, length);
        if (error != NULL)
            return error;

        const char *value = at + 1 + strspn(at + 1, WHITE);
        size_t value_length = measure_value(value, &at);
        if (value_length == SIZE_MAX)
            return open_quote;
        error = check_value(keyword, length, *value == '\'' ? value + 1 : value, value_length);
        if (error != NULL)
            return error;
        at += strspn(at, WHITE);
    }
    return NULL;
}

/* What may stand in a part of a URI: escapes, and bytes that are printable and in none of its delimiters. */
static const char *check_part(const char *text, size_t length, const char *delimiters)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte == '%') {
            if (length - i < 3 || !isxdigit((unsigned char)text[i + 1]) ||
                !isxdigit((unsigned char)text[i + 2]) || memcmp(text + i + 1, "00", 2) == 0)
                return bad_escape;
            i += 2;
        } else if (byte <= ' ' || byte == 0x7f || strchr(delimiters, byte) != NULL) {
            return bad_byte;
        }
    }
    return NULL;
}

/* True if the text has only letters and digits, and bytes of `also`. */
static bool is_made_of(const char *text, size_t length, const char *also)
{
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && strchr(also, text[i]) == NULL)
            return false;
    }
    return true;
}

/* One host, with a port or without. */
static const char *check_host(const char *host, size_t length)
{
    const char *colon;
    size_t name;

    if (length > 0 && host[0] == '[') {
        const char *end = memchr(host, ']', length);

        if (end == NULL || end == host + 1 || !is_made_of(host + 1, (size_t)(end - host) - 1, ":.%-_"))
            return bad_host;
        name = (size_t)(end + 1 - host);
        if (name < length && host[name] != ':')
            return bad_host;
    } else {
        colon = memchr(host, ':', length);
        name = colon == NULL ? length : (size_t)(colon - host);
        if (!is_made_of(host, name, "-._%"))
            return bad_host;
    }
    if (check_part(host, name, "") != NULL)
        return bad_escape;
    if (name < length &&
        (memchr(host + name, ',', length - name) != NULL || !are_ports(host + name + 1, length - name - 1)))
        return bad_port;
    return NULL;
}

static const char *check_hosts(const char *hosts, size_t length)
{
    while (true) {
        const char *comma = memchr(hosts, ',', length), *error;
        size_t one = comma == NULL ? length : (size_t)(comma - hosts);

        error = check_host(hosts, one);
        if (error != NULL || comma == NULL)
            return error;
        hosts += one + 1;
        length -= one + 1;
    }
}

static const char *check_query(const char *query)
{
    uint64_t seen = 0;

    while (*query != '\0') {
        size_t length = strcspn(query, "&"), keyword = strcspn(query, "=&");
        const char *error;

        if (keyword == length)
            return bad_query;
        /* The one keyword that only URIs have. */
        if (!is_named(query, keyword, "ssl") && note_keyword(&seen, query, keyword) != NULL)
            return bad_query;
        error = check_part(query + keyword + 1, length - keyword - 1, "=@?#");
        if (error != NULL)
            return error;
        if (is_named(query, keyword, "port") && !are_ports(query + keyword + 1, length - keyword - 1))
            return bad_port;
        query += length;
        if (*query == '&' && *++query == '\0')
            return bad_query;
    }
    return NULL;
}

static const char *check_uri(const char *authority)
{
    const char *at_sign = strchr(authority, '@'), *hosts = authority, *error = NULL;

    /* libpq takes what stands before the first @ for user and password, unless a slash stands before it. */
    if (at_sign != NULL) {
        size_t user = (size_t)(at_sign - authority);
        if (strcspn(authority, "/?#") < user || strchr(at_sign + 1, '@') != NULL)
            return ambiguous;
        error = check_part(authority, user, "[]");
        hosts = at_sign + 1;
    }
    size_t length = strcspn(hosts, "/?");
    if (error == NULL)
        error = check_hosts(hosts, length);
    if (error != NULL)
        return error;

    const char *path = hosts + length;
    length = strcspn(path, "?");
    error = check_part(path, length, "@#");
    return error != NULL || path[length] == '\0' ? error : check_query(path + length + 1);
}

const char *dsn_error(const char *dsn)
{
    size_t scheme = dsn_scheme_length(dsn);

    /* rule: dsn.form */
    return scheme > 0 ? check_uri(dsn + scheme) : check_keywords(dsn);
}
