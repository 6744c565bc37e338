/* Addresses and lists of networks: a list that is valid contains each of its own addresses. */
#include "net/address.h"
#include "fuzz/fuzz.h"

#include <string.h>

void fuzz_address(const unsigned char *data, size_t size);

void fuzz_address(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const char *text = fuzz_line(arena, &rest), *list = fuzz_text(arena, rest.data, rest.size);
    struct address address, other;

    if (!address_parse(text, &address))
        return;
    if (address_list_is_valid(text)) {
        FUZZ_CHECK(address_in_list(&address, text));
        FUZZ_CHECK(address_in_list(&address, arena_printf(arena, "%s,%s", list, text)));
    }
    address_in_list(&address, list);
    if (address_list_is_valid(list) && address_parse(text, &other) && !address_is_v4(&other))
        FUZZ_CHECK(address_in_list(&other, arena_printf(arena, "%s,::/0", list)));
}
