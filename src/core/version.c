/* Compares versions number by number. */
#include "core/version.h"

#include <ctype.h>
#include <stddef.h>

#define PARTS_MAX 4
#define PART_MAX  1000000

static void read_parts(const char *text, long parts[PARTS_MAX])
{
    for (int i = 0; i < PARTS_MAX; i++) {
        parts[i] = 0;
        while (text != NULL && isdigit((unsigned char)*text)) {
            if (parts[i] < PART_MAX)
                parts[i] = 10 * parts[i] + (*text - '0');
            text++;
        }
        if (text != NULL)
            text = *text == '.' && isdigit((unsigned char)text[1]) ? text + 1 : NULL;
    }
}

bool version_is_before(const char *version, const char *other)
{
    long parts[PARTS_MAX], others[PARTS_MAX];

    read_parts(version, parts);
    read_parts(other, others);
    for (int i = 0; i < PARTS_MAX; i++) {
        if (parts[i] != others[i])
            return parts[i] < others[i];
    }
    return false;
}
