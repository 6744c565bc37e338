/* Which addresses an instance may live at. Only the two inet_pton forms are addresses; whatever else the
 * resolver's older parsers would take for one ("127.1", "0x7f.1") must never reach them. */
#include "attest/host.h"

#include "core/share.h"
#include "net/address.h"
#include "net/resolve.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#define NAME_MAX_BYTES    253 /* RFC 1035, in text without the final dot */
#define LABEL_MAX_BYTES   63
#define ADDRESS_MAX_COUNT 32 /* a name with more is nobody's host */

enum reach {
    REACH_PUBLIC,
    REACH_DEVELOPMENT, /* of a private network or this machine: only where allow_private_hosts says so */
    REACH_NEVER
};

struct range {
    unsigned char base[16];
    unsigned prefix;
    enum reach reach;
};

/* IANA's registry of special-purpose addresses, as far as nothing public lives there. rule: host.ranges */
static const struct range v4_ranges[] = {
    { { 0 }, 8, REACH_NEVER },               /* "this network" */
    { { 10 }, 8, REACH_DEVELOPMENT },        /* private */
    { { 100, 64 }, 10, REACH_DEVELOPMENT },  /* shared, behind a carrier's NAT */
    { { 127 }, 8, REACH_DEVELOPMENT },       /* loopback */
    { { 169, 254 }, 16, REACH_NEVER },       /* link-local, and the metadata service of clouds */
    { { 172, 16 }, 12, REACH_DEVELOPMENT },  /* private */
    { { 192, 0, 0 }, 24, REACH_NEVER },      /* protocol assignments */
    { { 192, 0, 2 }, 24, REACH_NEVER },      /* documentation */
    { { 192, 88, 99 }, 24, REACH_NEVER },    /* 6to4 relays */
    { { 192, 168 }, 16, REACH_DEVELOPMENT }, /* private */
    { { 198, 18 }, 15, REACH_DEVELOPMENT },  /* benchmarking */
    { { 198, 51, 100 }, 24, REACH_NEVER },   /* documentation */
    { { 203, 0, 113 }, 24, REACH_NEVER },    /* documentation */
    { { 224 }, 4, REACH_NEVER },             /* multicast */
    { { 240 }, 4, REACH_NEVER },             /* reserved, and broadcast */
};

/* Global unicast is 2000::/3 alone: v4-mapped, NAT64 and all else outside it fall through to REACH_NEVER. */
static const struct range v6_ranges[] = {
    { { [15] = 1 }, 128, REACH_DEVELOPMENT },        /* loopback */
    { { 0xfc }, 7, REACH_DEVELOPMENT },              /* unique local */
    { { 0x20, 0x01 }, 23, REACH_NEVER },             /* protocol assignments, Teredo and benchmarking */
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, REACH_NEVER }, /* documentation */
    { { 0x20, 0x02 }, 16, REACH_NEVER },             /* 6to4 */
    { { 0x3f, 0xff }, 20, REACH_NEVER },             /* documentation (RFC 9637) */
    { { 0x20 }, 3, REACH_PUBLIC },
};

static enum reach look_up(const unsigned char *bytes, const struct range *ranges, size_t count,
                          enum reach otherwise)
{
    for (size_t i = 0; i < count; i++) {
        if (address_prefix_matches(bytes, ranges[i].base, ranges[i].prefix))
            return ranges[i].reach;
    }
    return otherwise;
}

/* False if text is no address; else its reach, and its canonical form. */
static bool parse_address(const char *text, enum reach *reach, char canonical[INET6_ADDRSTRLEN])
{
    unsigned char bytes[16];
    int family;

    if (inet_pton(AF_INET, text, bytes) == 1) {
        family = AF_INET;
        *reach = look_up(bytes, v4_ranges, sizeof(v4_ranges) / sizeof(v4_ranges[0]), REACH_PUBLIC);
    } else if (inet_pton(AF_INET6, text, bytes) == 1) {
        family = AF_INET6;
        *reach = look_up(bytes, v6_ranges, sizeof(v6_ranges) / sizeof(v6_ranges[0]), REACH_NEVER);
    } else {
        return false;
    }
    return inet_ntop(family, bytes, canonical, INET6_ADDRSTRLEN) != NULL;
}

bool host_address_is_public(const char *address)
{
    char canonical[INET6_ADDRSTRLEN];
    enum reach reach;

    return parse_address(address, &reach, canonical) && reach == REACH_PUBLIC;
}

static bool is_letter_digit_hyphen(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '-';
}

/* RFC 1123 labels between dots. The last one starts with a letter, as every top-level domain does: so no name
 * is ever a number to the resolver. */
static bool is_dns_name(const char *host)
{
    size_t length = strlen(host), label = 0, last = 0;

    /* rule: host.name_length */
    if (length == 0 || length > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && host[i] != '.') {
            if (!is_letter_digit_hyphen((unsigned char)host[i]))
                return false;
            label++;
            continue;
        }
        last = i - label;
        /* rule: host.hyphen, rule: host.label_length */
        if (label == 0 || label > LABEL_MAX_BYTES || host[last] == '-' || host[i - 1] == '-')
            return false;
        label = 0;
    }
    /* rule: host.last_label */
    return isalpha((unsigned char)host[last]) != 0;
}

/* Why an address may not be dialled, if so; canonical as parse_address. */
static enum refusal refuse_address(const struct config *config, const char *address,
                                   char canonical[INET6_ADDRSTRLEN])
{
    enum reach allowed = config->launch.allow_private_hosts ? REACH_DEVELOPMENT : REACH_PUBLIC;
    enum reach reach;

    if (!parse_address(address, &reach, canonical))
        return REFUSAL_HOST_MALFORMED;
    /* rule: host.public */
    if (reach > allowed)
        return REFUSAL_HOST_NOT_PUBLIC;
    /* rule: host.own */
    if (address_text_in_list(canonical, config->launch.own_addresses))
        return REFUSAL_HOST_OWN;
    return REFUSAL_NONE;
}

enum refusal host_read(const struct config *config, struct arena *arena, const char *host,
                       const char **address)
{
    char canonical[INET6_ADDRSTRLEN];
    enum refusal refusal;
    enum reach reach;

    *address = NULL;
    if (parse_address(host, &reach, canonical)) {
        refusal = refuse_address(config, host, canonical);
        if (refusal == REFUSAL_NONE)
            *address = arena_strdup(arena, canonical);
        return refusal;
    }
    /* rule: host.name */
    if (!is_dns_name(host))
        return REFUSAL_HOST_MALFORMED;
    /* rule: host.qualified */
    if (!config->launch.allow_private_hosts && strchr(host, '.') == NULL)
        return REFUSAL_HOST_NOT_QUALIFIED;
    return REFUSAL_NONE;
}

/* One of a launch config at a time, so many of a hotkey, and never so many in all that they could hold more
 * than half of the workers that may wait. */
static enum share_bound take_share(const struct config *config, const struct host_name *host, int *place)
{
    int64_t all_max = config->launch.lookups,
            half = (config->server.slow_workers + config->server.waiting_workers + 1) / 2;
    const struct share share = {
        .kind = SHARE_LOOKUP,
        .owner = host->hotkey,
        .subject = host->config_id,
        .subject_max = 1,
        .owner_max = (size_t)config->launch.lookups_of_hotkey,
        /* rule: host.half */
        .all_max = (size_t)(all_max < half ? all_max : half),
    };

    return share_take(&share, place);
}

static enum refusal judge(const struct config *config, struct arena *arena, const char *const *found,
                          int count, const char **address)
{
    char canonical[INET6_ADDRSTRLEN];
    const char *first = NULL;

    /* rule: host.unresolved */
    if (count == 0)
        return REFUSAL_HOST_UNRESOLVED;
    if (count > ADDRESS_MAX_COUNT)
        return REFUSAL_HOST_ADDRESSES_TOO_MANY;
    for (int i = 0; i < count; i++) {
        enum refusal refusal = refuse_address(config, found[i], canonical);

        if (refusal != REFUSAL_NONE)
            return refusal;
        if (first == NULL)
            first = arena_strdup(arena, canonical);
    }
    *address = first;
    return REFUSAL_NONE;
}

enum status host_look_up(const struct config *config, struct arena *arena, const struct host_name *host,
                         enum refusal *refusal, const char **address)
{
    int place = SHARE_NONE, timeout_ms = host->timeout_ms, count;
    const char *found[ADDRESS_MAX_COUNT + 1];

    *address = NULL;
    *refusal = REFUSAL_NONE;
    switch (take_share(config, host, &place)) {
    case SHARE_WITHIN:
        break;
    case SHARE_OF_SUBJECT:
    case SHARE_OF_OWNER:
        *refusal = REFUSAL_LOOKUPS_TOO_MANY;
        return STATUS_REFUSED;
    case SHARE_OF_ALL:
        *refusal = REFUSAL_UNAVAILABLE;
        return STATUS_REFUSED;
    }
    if (timeout_ms > HOST_LOOKUP_MAX_MS)
        timeout_ms = HOST_LOOKUP_MAX_MS;
    count = resolve_name(arena, host->name, timeout_ms, place, found, ADDRESS_MAX_COUNT + 1);
    if (count == RESOLVE_UNKNOWN)
        return STATUS_UNAVAILABLE;
    *refusal = judge(config, arena, found, count, address);
    return STATUS_OK;
}
