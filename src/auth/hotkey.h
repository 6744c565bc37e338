/* Hotkey signatures (docs/contract.md, "Hotkey signature"): `{hotkey}:{nonce}:{tail}` signed with sr25519 in
 * the context "substrate". Pure: no clock, no database; registration, blacklist and single use are checked in
 * SQL. */
#ifndef RIGGER_AUTH_HOTKEY_H
#define RIGGER_AUTH_HOTKEY_H

#include "core/attributes.h"
#include "core/refusal.h"
#include "crypto/sr25519.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOTKEY_NONCE_WINDOW_S 600
#define HOTKEY_TAIL_MAX_BYTES 64

struct hotkey_headers {
    const char *hotkey, *nonce, *signature; /* header values; NULL where absent */
};

/* Checks the three headers against tail (a purpose, or the body's hex digest) at the time now_s (Unix
 * seconds). REFUSAL_NONE, or the 401 that fits: NO_CREDENTIAL (none given), INCOMPLETE_SIGNATURE, BAD_HOTKEY,
 * BAD_NONCE, BAD_SIGNATURE; INTERNAL_ERROR where tail is longer than HOTKEY_TAIL_MAX_BYTES, which is a
 * defect. accept_wrapped also takes a signature of `<Bytes>…</Bytes>`. On success signature_hash gets
 * BLAKE2b-256 of the 64 signature bytes. */
enum refusal hotkey_verify(const struct hotkey_headers *headers, const char *tail, int64_t now_s,
                           bool accept_wrapped,
                           unsigned char signature_hash[SIGNATURE_HASH_BYTES]) MUST_CHECK;

/* Lower-case hex SHA-256 of a body, the tail of POST and PATCH. out: 65 bytes. */
void hotkey_body_tail(char out[65], const void *body, size_t length);

#endif
