/* The host that a pod claims, behind a byte that says how it is vetted: what is accepted is a public address
 * in its canonical form. Names are not looked up. */
#include "attest/host.h"
#include "config/config.h"
#include "fuzz/fuzz.h"
#include "net/address.h"

#include <ctype.h>
#include <string.h>

void fuzz_host(const unsigned char *data, size_t size);

void fuzz_host(const unsigned char *data, size_t size)
{
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    bool private_too = fuzz_byte(&rest) % 2 == 1;
    const char *own = fuzz_line(arena, &rest);
    char *host = fuzz_text(arena, rest.data, rest.size);
    struct config config = { .launch.allow_private_hosts = private_too };
    const char *address = NULL;
    struct address parsed;

    config.launch.own_addresses = fuzz_text(arena, (const unsigned char *)own, strlen(own));
    host_address_is_public(host);
    if (host_read(&config, arena, host, &address) != REFUSAL_NONE) {
        FUZZ_CHECK(address == NULL);
        return;
    }
    if (address == NULL) {
        const char *dot = strrchr(host, '.'), *last = dot == NULL ? host : dot + 1;

        FUZZ_CHECK((dot != NULL || private_too) && isalpha((unsigned char)last[0]) &&
                   strchr(host, ':') == NULL);
        return;
    }
    FUZZ_CHECK(address_parse(address, &parsed));
    FUZZ_CHECK(private_too || host_address_is_public(address));
    FUZZ_CHECK(!address_text_in_list(address, own));
}
