/* The older format of a pod's dumps, that of the path /_env_dump (docs/attestation.md, "Environment"):
 * encrypted under a key that only the launched image can derive. Called by environment.c, which looks at what
 * is in them. */
#ifndef RIGGER_ATTEST_OLD_ENV_DUMP_H
#define RIGGER_ATTEST_OLD_ENV_DUMP_H

#include "core/arena.h"
#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

#define OLD_ENV_DUMP_KEY_BYTES  32
#define OLD_ENV_DUMP_ITERATIONS 100000

/* Derives the key of one config: PBKDF2-HMAC-SHA256 (RFC 8018) over master_key | env_key. All three are hex;
 * the wipe of key is the caller's. False: one of them is not hex. */
bool old_env_dump_derive_key(const char *master_key, const char *env_key, const char *salt,
                             unsigned char key[OLD_ENV_DUMP_KEY_BYTES]) MUST_CHECK;

/* Opens a dump: base64(iv | AES-256-CBC/PKCS#7). The plaintext is on the arena, NUL-terminated; NULL:
 * undecipherable. */
char *old_env_dump_open(struct arena *arena, const unsigned char key[OLD_ENV_DUMP_KEY_BYTES],
                        const char *dump, size_t *length) MUST_CHECK;

#endif
