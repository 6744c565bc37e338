/* The trusted proxies, the peer and X-Forwarded-For, a line each: who is not trusted cannot change what
 * counts, and what counts is the peer, or an address. */
#include "auth/client_address.h"
#include "fuzz/fuzz.h"
#include "net/address.h"

#include <string.h>

void fuzz_forwarded(const unsigned char *data, size_t size);

void fuzz_forwarded(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const char *trusted = fuzz_line(arena, &rest), *peer = fuzz_line(arena, &rest);
    const char *forwarded = fuzz_text(arena, rest.data, rest.size);
    const char *client = client_address_find(arena, peer, forwarded, trusted);
    const char *alone = client_address_find(arena, peer, NULL, trusted);
    struct address address;

    FUZZ_CHECK(client != NULL && alone != NULL);
    if (!address_parse_peer(peer, &address)) {
        FUZZ_CHECK(strcmp(client, peer) == 0);
        return;
    }
    if (!address_in_list(&address, trusted))
        FUZZ_CHECK(strcmp(client, alone) == 0);
    FUZZ_CHECK(strcmp(client, peer) == 0 || address_parse(client, &address));
    /* What a client writes to the left of what its proxy saw changes nothing, once that is no proxy of ours.
     */
    if (address_parse(client, &address) && !address_in_list(&address, trusted)) {
        const char *more = arena_printf(arena, "198.51.100.7, %s", forwarded);
        if (strcmp(client, alone) != 0)
            FUZZ_CHECK(strcmp(client_address_find(arena, peer, more, trusted), client) == 0);
    }
}
