/* API keys: their form, and the memory of which were verified. argon2 costs a tenth of a second and 64 MiB,
 * so a verified key is remembered for a while: by a keyed hash, never itself. */
#ifndef RIGGER_AUTH_API_KEY_H
#define RIGGER_AUTH_API_KEY_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

#define API_KEY_BYTES     102
#define API_KEY_ID_BYTES  33 /* with NUL */
#define API_KEY_KEPT_MS   60000
#define API_KEY_TRIES_MAX 5 /* wrong keys from one address within API_KEY_KEPT_MS */

struct api_key {
    char key_id[API_KEY_ID_BYTES], user_id[API_KEY_ID_BYTES]; /* lower-case hex */
};

/* Takes `cpk_{32 hex}.{32 hex}.{32 alphanumerics}` apart. False: it is no API key. */
bool api_key_parse(const char *text, struct api_key *key) MUST_CHECK;

/* True if text is the key that hash (an argon2 string) was made of. client: the address that asks; now_ms:
 * clock_monotonic_ms. *fresh: argon2 was asked, and said yes. Whoever was wrong too often is refused unasked
 * for a while: the address, never the key, whose id anybody can name. */
bool api_key_verify(const char *text, const char *hash, const char *client, int64_t now_ms,
                    bool *fresh) MUST_CHECK;

#endif
