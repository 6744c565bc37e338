/* Addresses, networks and X-Forwarded-For. Nothing a client can write may move its address, except through a
 * peer that the operator trusts. */
#include "auth/client_address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define V4_BITS_OFFSET    96 /* an IPv4 address is kept as ::ffff:a.b.c.d, so its prefixes start here */
#define ENTRY_BYTES       64 /* more than the longest "[address]:port" or "address/length" */
#define WHITE             " \t"
#define UNIX_SOCKET_ENTRY "unix"

struct address {
    bool is_unix; /* a peer on a Unix socket: no bytes */
    unsigned char bytes[16];
};

struct network {
    struct address base;
    unsigned prefix; /* in bits of the 16 bytes */
};

static const unsigned char mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool is_v4(const struct address *address)
{
    return !address->is_unix && memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static bool parse_address(const char *text, struct address *address)
{
    *address = (struct address){ 0 };
    if (inet_pton(AF_INET, text, address->bytes + sizeof(mapped_prefix)) == 1) {
        memcpy(address->bytes, mapped_prefix, sizeof(mapped_prefix));
        return true;
    }
    return inet_pton(AF_INET6, text, address->bytes) == 1;
}

/* A peer without an address is what web servers report of a Unix socket: "unix:" or nothing. */
static bool parse_peer(const char *text, struct address *address)
{
    if (text[0] == '\0' || strcmp(text, "unix:") == 0) {
        *address = (struct address){ .is_unix = true };
        return true;
    }
    return parse_address(text, address);
}

/* One to max_digits decimal digits, no more than limit. */
static bool parse_number(const char *text, size_t max_digits, unsigned limit, unsigned *number)
{
    size_t length = strspn(text, "0123456789");

    if (length == 0 || length > max_digits || text[length] != '\0')
        return false;
    *number = 0;
    for (size_t i = 0; i < length; i++)
        *number = *number * 10 + (unsigned)(text[i] - '0');
    return *number <= limit;
}

static bool parse_network(char *text, struct network *network)
{
    if (strcmp(text, UNIX_SOCKET_ENTRY) == 0) {
        *network = (struct network){ .base = { .is_unix = true } };
        return true;
    }

    char *slash = strchr(text, '/');
    if (slash != NULL)
        *slash = '\0';
    bool dotted = strchr(text, ':') == NULL;
    if (!parse_address(text, &network->base))
        return false;
    network->prefix = 128;
    if (slash == NULL)
        return true;
    if (!parse_number(slash + 1, 3, dotted ? 32 : 128, &network->prefix))
        return false;
    if (dotted)
        network->prefix += V4_BITS_OFFSET;
    /* A prefix that cuts into ::ffff:0:0/96 would be neither an IPv4 nor an IPv6 network. */
    return !is_v4(&network->base) || network->prefix >= V4_BITS_OFFSET;
}

static bool contains(const struct network *network, const struct address *address)
{
    if (network->base.is_unix || address->is_unix)
        return network->base.is_unix && address->is_unix;
    if (is_v4(&network->base) != is_v4(address))
        return false;

    size_t whole = network->prefix / 8;
    unsigned rest = network->prefix % 8;
    if (memcmp(network->base.bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 || (network->base.bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

/* Copies text without the white space around it; false if it does not fit. */
static bool copy_trimmed(char out[ENTRY_BYTES], const char *text, size_t length)
{
    while (length > 0 && strchr(WHITE, text[0]) != NULL) {
        text++;
        length--;
    }
    while (length > 0 && strchr(WHITE, text[length - 1]) != NULL)
        length--;
    if (length >= ENTRY_BYTES)
        return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

/* Takes the next entry off a list of networks; *rest becomes NULL behind the last one. */
static bool next_network(const char **rest, struct network *network)
{
    char entry[ENTRY_BYTES];
    size_t length = strcspn(*rest, ",");
    const char *text = *rest;

    *rest = text[length] == ',' ? text + length + 1 : NULL;
    return copy_trimmed(entry, text, length) && parse_network(entry, network);
}

static bool is_empty_list(const char *networks)
{
    return networks == NULL || networks[strspn(networks, WHITE)] == '\0';
}

static bool is_in(const struct address *address, const char *networks)
{
    struct network network;

    if (is_empty_list(networks))
        return false;
    for (const char *rest = networks; rest != NULL;) {
        if (next_network(&rest, &network) && contains(&network, address))
            return true;
    }
    return false;
}

bool client_address_in(const char *address, const char *networks)
{
    struct address parsed;

    return parse_peer(address, &parsed) && is_in(&parsed, networks);
}

bool client_address_list_is_valid(const char *networks)
{
    struct network network;

    if (is_empty_list(networks))
        return true;
    for (const char *rest = networks; rest != NULL;) {
        if (!next_network(&rest, &network))
            return false;
    }
    return true;
}

/* An entry of X-Forwarded-For: an address, bare, in brackets, or with a port behind it, as proxies write
 * them. */
static bool parse_forwarded(char *entry, struct address *address)
{
    unsigned port;
    char *end, *colon = strchr(entry, ':');

    if (entry[0] == '[') {
        end = strchr(entry, ']');
        if (end == NULL ||
            (end[1] != '\0' && (end[1] != ':' || !parse_number(end + 2, 5, UINT16_MAX, &port))))
            return false;
        *end = '\0';
        return strchr(entry, ':') != NULL && parse_address(entry + 1, address);
    }
    if (colon != NULL && strchr(colon + 1, ':') == NULL) {
        if (!parse_number(colon + 1, 5, UINT16_MAX, &port))
            return false;
        *colon = '\0';
    }
    return parse_address(entry, address);
}

static const char *to_text(struct arena *arena, const struct address *address, const char *peer)
{
    char text[INET6_ADDRSTRLEN];
    bool v4 = is_v4(address);

    if (address->is_unix)
        return arena_strdup(arena, peer);
    const unsigned char *bytes = v4 ? address->bytes + sizeof(mapped_prefix) : address->bytes;
    return arena_strdup(arena,
                        inet_ntop(v4 ? AF_INET : AF_INET6, bytes, text, sizeof(text)) == NULL ? peer : text);
}

const char *client_address_find(struct arena *arena, const char *peer, const char *forwarded_for,
                                const char *trusted_proxies)
{
    struct address current, candidate;
    char entry[ENTRY_BYTES];

    if (!parse_peer(peer, &current))
        return arena_strdup(arena, peer);

    /* Each proxy appends the peer it saw: what stands right of the first untrusted address was written by
     * ours. */
    size_t end = forwarded_for == NULL ? 0 : strlen(forwarded_for);
    while (end > 0 && is_in(&current, trusted_proxies)) {
        size_t start = end;
        while (start > 0 && forwarded_for[start - 1] != ',')
            start--;
        if (!copy_trimmed(entry, forwarded_for + start, end - start) || !parse_forwarded(entry, &candidate))
            break;
        current = candidate;
        end = start == 0 ? 0 : start - 1;
    }
    return to_text(arena, &current, peer);
}
