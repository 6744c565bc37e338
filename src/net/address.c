/* Addresses and networks as text and as bytes. An IPv4 address is kept as ::ffff:a.b.c.d, so that one
 * comparison serves both families. */
#include "net/address.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#define V4_BITS_OFFSET    96 /* an IPv4 address is kept as ::ffff:a.b.c.d, so its prefixes start here */
#define WHITE             " \t"
#define UNIX_SOCKET_ENTRY "unix"

struct network {
    struct address base;
    unsigned prefix; /* in bits of the 16 bytes */
};

static const unsigned char mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

bool address_is_v4(const struct address *address)
{
    return !address->is_unix && memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

bool address_parse(const char *text, struct address *address)
{
    *address = (struct address){ 0 };
    if (inet_pton(AF_INET, text, address->bytes + sizeof(mapped_prefix)) == 1) {
        memcpy(address->bytes, mapped_prefix, sizeof(mapped_prefix));
        return true;
    }
    return inet_pton(AF_INET6, text, address->bytes) == 1;
}

bool address_parse_peer(const char *text, struct address *address)
{
    if (text[0] == '\0' || strcmp(text, "unix:") == 0) {
        *address = (struct address){ .is_unix = true };
        return true;
    }
    return address_parse(text, address);
}

bool address_network(const char *text, unsigned char network[ADDRESS_BYTES])
{
    struct address address;

    if (!address_parse(text, &address))
        return false;
    memcpy(network, address.bytes, ADDRESS_BYTES);
    /* rule: address.network */
    if (!address_is_v4(&address))
        memset(network + ADDRESS_BYTES / 2, 0, ADDRESS_BYTES / 2);
    return true;
}

bool address_parse_number(const char *text, size_t max_digits, unsigned limit, unsigned *number)
{
    size_t length = strspn(text, "0123456789");

    if (length == 0 || length > max_digits || text[length] != '\0')
        return false;
    *number = 0;
    for (size_t i = 0; i < length; i++)
        *number = *number * 10 + (unsigned)(text[i] - '0');
    /* rule: address.prefix_range */
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
    if (!address_parse(text, &network->base))
        return false;
    network->prefix = 128;
    if (slash == NULL)
        return true;
    if (!address_parse_number(slash + 1, 3, dotted ? 32 : 128, &network->prefix))
        return false;
    if (dotted)
        network->prefix += V4_BITS_OFFSET;
    /* A prefix that cuts into ::ffff:0:0/96 would be neither an IPv4 nor an IPv6 network. */
    return !address_is_v4(&network->base) || network->prefix >= V4_BITS_OFFSET;
}

bool address_prefix_matches(const unsigned char *bytes, const unsigned char *base, unsigned prefix_bits)
{
    size_t whole = prefix_bits / 8;
    unsigned rest = prefix_bits % 8;

    if (memcmp(bytes, base, whole) != 0)
        return false;
    /* rule: address.prefix */
    return rest == 0 || (bytes[whole] ^ base[whole]) >> (8 - rest) == 0;
}

static bool contains(const struct network *network, const struct address *address)
{
    if (network->base.is_unix || address->is_unix)
        return network->base.is_unix && address->is_unix;
    /* rule: address.family */
    if (address_is_v4(&network->base) != address_is_v4(address))
        return false;

    return address_prefix_matches(address->bytes, network->base.bytes, network->prefix);
}

bool address_copy_entry(char out[ADDRESS_ENTRY_BYTES], const char *text, size_t length)
{
    while (length > 0 && strchr(WHITE, text[0]) != NULL) {
        text++;
        length--;
    }
    while (length > 0 && strchr(WHITE, text[length - 1]) != NULL)
        length--;
    if (length >= ADDRESS_ENTRY_BYTES)
        return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

/* Takes the next entry off a list of networks; *rest becomes NULL behind the last one. */
static bool next_network(const char **rest, struct network *network)
{
    char entry[ADDRESS_ENTRY_BYTES];
    size_t length = strcspn(*rest, ",");
    const char *text = *rest;

    *rest = text[length] == ',' ? text + length + 1 : NULL;
    return address_copy_entry(entry, text, length) && parse_network(entry, network);
}

static bool is_empty_list(const char *networks)
{
    return networks == NULL || networks[strspn(networks, WHITE)] == '\0';
}

bool address_in_list(const struct address *address, const char *networks)
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

bool address_text_in_list(const char *address, const char *networks)
{
    struct address parsed;

    return address_parse_peer(address, &parsed) && address_in_list(&parsed, networks);
}

bool address_list_is_valid(const char *networks)
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
