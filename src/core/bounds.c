/* Cuts texts at a whole character. Decides nothing about what they say. */
#include "core/bounds.h"

size_t bound_prefix(const char *text, size_t length, size_t max_characters)
{
    size_t bytes = 0, characters = 0;

    for (; bytes < length; bytes++)
        if ((text[bytes] & 0xC0) != 0x80 && characters++ == max_characters)
            break;
    return bytes;
}
