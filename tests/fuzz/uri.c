/* Percent-decoding and query strings: what comes out is UTF-8 without NUL, and what needs no decoding stays.
 */
#include "http/uri.h"
#include "fuzz/fuzz.h"
#include "json/json.h"

#include <string.h>

void fuzz_uri(const unsigned char *data, size_t size);

void fuzz_uri(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const char *name = fuzz_line(arena, &rest), *query = fuzz_text(arena, rest.data, rest.size);
    size_t length = strlen(query);
    bool malformed = false;

    for (int plus = 0; plus < 2; plus++) {
        const char *decoded = uri_decode(arena, query, length, plus == 1);

        if (decoded == NULL)
            continue;
        FUZZ_CHECK(strlen(decoded) <= length && utf8_is_valid(decoded, strlen(decoded)));
        if (strpbrk(query, "%+") == NULL)
            FUZZ_CHECK(strcmp(decoded, query) == 0);
    }
    const char *value = uri_query_value(arena, query, name, &malformed);
    if (value != NULL)
        FUZZ_CHECK(!malformed && utf8_is_valid(value, strlen(value)));
}
