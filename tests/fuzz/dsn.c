/* Connection strings: what we accept libpq reads, and once it is masked it reads the same but for passwords.
 */
#include "core/dsn.h"
#include "fuzz/fuzz.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

void fuzz_dsn(const unsigned char *data, size_t size);

/* Keywords that a later libpq than the installed one may know. */
static bool has_newer_keyword(const char *dsn)
{
    static const char *const newer[] = { "gssdelegation",    "load_balance_hosts", "_protocol_version",
                                         "require_auth",     "requiressl",         "scram_client_key",
                                         "scram_server_key", "servicefile",        "sslcertmode",
                                         "sslkeylogfile",    "sslnegotiation",     "ssl=" };

    for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
        if (strstr(dsn, newer[i]) != NULL)
            return true;
    }
    return false;
}

static bool is_password(const char *keyword)
{
    return strcmp(keyword, "password") == 0 || strcmp(keyword, "sslpassword") == 0;
}

void fuzz_dsn(const unsigned char *data, size_t size)
{
    const char *dsn = fuzz_text(fuzz_arena(), data, size), *error = dsn_error(dsn);
    char *masked = dsn_mask(dsn);
    PQconninfoOption *one, *other;

    FUZZ_CHECK(masked != NULL);
    one = PQconninfoParse(dsn, NULL);
    if (error == NULL && !has_newer_keyword(dsn)) {
        FUZZ_CHECK(one != NULL);
        other = PQconninfoParse(masked, NULL);
        FUZZ_CHECK(other != NULL);
        for (int i = 0; one[i].keyword != NULL; i++) {
            if (one[i].val == NULL)
                FUZZ_CHECK(other[i].val == NULL || is_password(one[i].keyword));
            else if (is_password(one[i].keyword))
                FUZZ_CHECK(strcmp(other[i].val, SECRET_MASK) == 0);
            else
                FUZZ_CHECK(strcmp(other[i].val, one[i].val) == 0);
        }
        PQconninfoFree(other);
    }
    PQconninfoFree(one);
    free(masked);
}
