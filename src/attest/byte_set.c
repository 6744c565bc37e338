/* Sets of bytes; the classes are those of the C locale. */
#include "attest/byte_set.h"

#include <string.h>

void byte_set_add(struct byte_set *set, unsigned char byte)
{
    set->bits[byte / 8] |= (unsigned char)(1U << byte % 8);
}

void byte_set_add_range(struct byte_set *set, unsigned char first, unsigned char last)
{
    for (unsigned byte = first; byte <= last; byte++)
        byte_set_add(set, (unsigned char)byte);
}

void byte_set_add_all(struct byte_set *set, const char *bytes)
{
    for (; *bytes != '\0'; bytes++)
        byte_set_add(set, (unsigned char)*bytes);
}

void byte_set_invert(struct byte_set *set)
{
    for (size_t i = 0; i < sizeof(set->bits); i++)
        set->bits[i] = (unsigned char)~set->bits[i];
    set->bits[0] &= 0xFE;
}

bool byte_set_add_class(struct byte_set *set, const char *name, size_t length)
{
    static const struct {
        const char *name, *ranges;
    } classes[] = {
        { "alpha", "AZaz" }, { "digit", "09" },     { "alnum", "09AZaz" },  { "upper", "AZ" },
        { "lower", "az" },   { "space", "\t\r  " }, { "blank", "\t\t  " },  { "punct", "!/:@[`{~" },
        { "print", " ~" },   { "graph", "!~" },     { "xdigit", "09AFaf" }, { "cntrl", "\x01\x1f\x7f\x7f" },
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strlen(classes[i].name) != length || memcmp(classes[i].name, name, length) != 0)
            continue;
        for (const char *range = classes[i].ranges; *range != '\0'; range += 2)
            byte_set_add_range(set, (unsigned char)range[0], (unsigned char)range[1]);
        return true;
    }
    return false;
}

void byte_set_add_word(struct byte_set *set)
{
    byte_set_add_class(set, "alnum", strlen("alnum"));
    byte_set_add(set, '_');
}
