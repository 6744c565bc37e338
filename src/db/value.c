/* Values as the parameters of a statement. */
#include "db/value.h"

#include "core/encode.h"
#include "db/statement.h"

#include <inttypes.h>
#include <string.h>

#define HEX_PREFIX "\\x"

const char *db_integer_text(struct arena *arena, struct db_integer value)
{
    return value.present ? arena_printf(arena, "%" PRId64, value.value) : NULL;
}

const char *db_boolean_text(struct db_boolean value)
{
    if (!value.present)
        return NULL;
    return value.value ? "true" : "false";
}

const char *db_bytes_text(struct arena *arena, struct db_bytes value)
{
    char *text;

    if (value.bytes == NULL)
        return NULL;
    text = arena_alloc(arena, sizeof(HEX_PREFIX) + 2 * value.length);
    memcpy(text, HEX_PREFIX, sizeof(HEX_PREFIX) - 1);
    hex_encode(text + sizeof(HEX_PREFIX) - 1, value.bytes, value.length);
    return text;
}
