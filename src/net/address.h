/* Addresses of the Internet protocol, and lists of networks (CIDR, RFC 4632 and RFC 4291) that they lie in or
 * not. */
#ifndef RIGGER_NET_ADDRESS_H
#define RIGGER_NET_ADDRESS_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_BYTES       16
#define ADDRESS_ENTRY_BYTES 64 /* more than the longest "[address]:port" or "address/length" */

struct address {
    bool is_unix;                       /* a peer on a Unix socket: no bytes */
    unsigned char bytes[ADDRESS_BYTES]; /* IPv4 as ::ffff:a.b.c.d */
};

/* Reads an address in one of the two inet_pton forms. False: it is none. */
bool address_parse(const char *text, struct address *address) MUST_CHECK;

/* The same for a socket's peer, which web servers report as "unix:" or nothing where it is a Unix socket. */
bool address_parse_peer(const char *text, struct address *address) MUST_CHECK;

bool address_is_v4(const struct address *address);

/* Whom an address counts for where requests are counted: an IPv4 address for itself, as ::ffff:a.b.c.d, an
 * IPv6 address for its first 64 bits, which one customer has. False: it is none, or a Unix socket's. */
bool address_network(const char *text, unsigned char network[ADDRESS_BYTES]) MUST_CHECK;

/* True if the first prefix_bits bits of both are the same. */
bool address_prefix_matches(const unsigned char *bytes, const unsigned char *base, unsigned prefix_bits);

/* True if the address lies in one of the comma-separated addresses and CIDR networks; "unix" stands for peers
 * on a Unix socket. Entries that cannot be read match nothing. networks may be NULL. */
bool address_in_list(const struct address *address, const char *networks);
bool address_text_in_list(const char *address, const char *networks);

/* True if every entry of such a list can be read. */
bool address_list_is_valid(const char *networks);

/* Copies an entry of a list without the white space around it. False if it does not fit. */
bool address_copy_entry(char out[ADDRESS_ENTRY_BYTES], const char *text, size_t length) MUST_CHECK;

/* Reads one to max_digits decimal digits that are no more than limit. */
bool address_parse_number(const char *text, size_t max_digits, unsigned limit, unsigned *number) MUST_CHECK;

#endif
