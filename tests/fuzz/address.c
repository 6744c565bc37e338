/* Addresses and lists of networks: a list that is valid contains each of its own addresses, and an address
 * counts for itself, or for the 64 bits that one customer has. */
#include "net/address.h"
#include "fuzz/fuzz.h"

#include <string.h>

void fuzz_address(const unsigned char *data, size_t size);

static void check_network(const char *text, const struct address *address)
{
    static const unsigned char zeros[ADDRESS_BYTES] = { 0 };
    unsigned char network[ADDRESS_BYTES];
    size_t kept = address_is_v4(address) ? ADDRESS_BYTES : ADDRESS_BYTES / 2;

    FUZZ_CHECK(address_network(text, network));
    FUZZ_CHECK(memcmp(network, address->bytes, kept) == 0);
    FUZZ_CHECK(memcmp(network + kept, zeros, ADDRESS_BYTES - kept) == 0);
}

void fuzz_address(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const char *text = fuzz_line(arena, &rest), *list = fuzz_text(arena, rest.data, rest.size);
    struct address address, other;

    if (!address_parse(text, &address)) {
        unsigned char network[ADDRESS_BYTES];

        FUZZ_CHECK(!address_network(text, network));
        return;
    }
    check_network(text, &address);
    if (address_list_is_valid(text)) {
        FUZZ_CHECK(address_in_list(&address, text));
        FUZZ_CHECK(address_in_list(&address, arena_printf(arena, "%s,%s", list, text)));
    }
    address_in_list(&address, list);
    if (address_list_is_valid(list) && address_parse(text, &other) && !address_is_v4(&other))
        FUZZ_CHECK(address_in_list(&other, arena_printf(arena, "%s,::/0", list)));
}
