/* Reads X-Forwarded-For from right to left. A client can write anything into that header, so only what a
 * trusted peer has added counts. */
#include "auth/client_address.h"

#include "net/address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#define V4_OFFSET 12 /* where the four bytes of an IPv4 address stand */

/* An entry of X-Forwarded-For: an address, bare, in brackets, or with a port behind it, as proxies write
 * them. */
static bool parse_forwarded(char *entry, struct address *address)
{
    unsigned port;
    char *end, *colon = strchr(entry, ':');

    if (entry[0] == '[') {
        end = strchr(entry, ']');
        if (end == NULL ||
            (end[1] != '\0' && (end[1] != ':' || !address_parse_number(end + 2, 5, UINT16_MAX, &port))))
            return false;
        *end = '\0';
        return strchr(entry, ':') != NULL && address_parse(entry + 1, address);
    }
    if (colon != NULL && strchr(colon + 1, ':') == NULL) {
        if (!address_parse_number(colon + 1, 5, UINT16_MAX, &port))
            return false;
        *colon = '\0';
    }
    return address_parse(entry, address);
}

static const char *to_text(struct arena *arena, const struct address *address, const char *peer)
{
    char text[INET6_ADDRSTRLEN];
    bool v4 = address_is_v4(address);

    if (address->is_unix)
        return arena_strdup(arena, peer);
    const unsigned char *bytes = v4 ? address->bytes + V4_OFFSET : address->bytes;
    return arena_strdup(arena,
                        inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text, sizeof(text)) == NULL ? peer : text);
}

const char *client_address_find(struct arena *arena, const char *peer, const char *forwarded_for,
                                const char *trusted_proxies)
{
    struct address current, candidate;
    char entry[ADDRESS_ENTRY_BYTES];

    if (!address_parse_peer(peer, &current))
        return arena_strdup(arena, peer);

    /* Each proxy appends the peer it saw: what stands right of the first untrusted address was written by
     * ours. */
    size_t end = forwarded_for == NULL ? 0 : strlen(forwarded_for);
    /* rule: auth.client_trusted */
    while (end > 0 && address_in_list(&current, trusted_proxies)) {
        size_t start = end;
        while (start > 0 && forwarded_for[start - 1] != ',')
            start--;
        if (!address_copy_entry(entry, forwarded_for + start, end - start) ||
            !parse_forwarded(entry, &candidate))
            break;
        current = candidate;
        end = start == 0 ? 0 : start - 1;
    }
    return to_text(arena, &current, peer);
}
