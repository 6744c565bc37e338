/* Vetting of the address an instance claims to live at (docs/contract.md, "Hosts"). */
#ifndef RIGGER_ATTEST_HOST_H
#define RIGGER_ATTEST_HOST_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"

#include <stdbool.h>

#define HOST_LOOKUP_MAX_MS 5000 /* longer than that no name is waited for, whatever time is left */

/* True for a public unicast address in inet_pton form: not private, loopback, link-local, shared (100.64/10),
 * documentation, benchmarking, multicast, reserved, v4-mapped, 6to4, NAT64, ULA or unspecified. */
bool host_address_is_public(const char *address);

/* Reads host as far as that needs no network. Returns REFUSAL_NONE with *address (arena), the one that will
 * be dialled; REFUSAL_NONE with *address NULL: it is a name, for host_look_up; or the refusal. */
enum refusal host_read(const struct config *config, struct arena *arena, const char *host,
                       const char **address) MUST_CHECK;

/* A name to look up, and on whose behalf: look-ups are bounded by hotkey, by launch config, and in all. */
struct host_name {
    const char *name; /* that host_read has read */
    const char *hotkey;
    const char *config_id; /* NULL: there is none */
    int timeout_ms;        /* and HOST_LOOKUP_MAX_MS, at most */
};

/* Looks a name up, whose every address must be acceptable: call it outside any transaction. STATUS_OK:
 * *refusal is REFUSAL_NONE, and *address (arena) the one that will be dialled, or why the host is refused.
 * STATUS_REFUSED: nothing was looked up, because too much is; *refusal says so. STATUS_UNAVAILABLE: the
 * resolver did not say, which is nobody's fault. */
enum status host_look_up(const struct config *config, struct arena *arena, const struct host_name *host,
                         enum refusal *refusal, const char **address) MUST_CHECK;

#endif
