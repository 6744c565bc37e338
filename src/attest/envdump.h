/* The environment check "envdump" (docs/attestation.md, "Environment"): a pod's dump of its processes and of
 * its code, encrypted under a key that only the launched image can derive. */
#ifndef RIGGER_ATTEST_ENVDUMP_H
#define RIGGER_ATTEST_ENVDUMP_H

#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#define ENVDUMP_KEY_BYTES  32
#define ENVDUMP_ITERATIONS 100000

/* Derives the key of one config: PBKDF2-HMAC-SHA256 (RFC 8018) over master_key | env_key. All three are hex;
 * the wipe of key is the caller's. False: one of them is not hex. */
bool envdump_derive_key(const char *master_key, const char *env_key, const char *salt,
                        unsigned char key[ENVDUMP_KEY_BYTES]) MUST_CHECK;

/* Opens a dump: base64(iv | AES-256-CBC/PKCS#7). The plaintext is on the arena, NUL-terminated; NULL:
 * undecipherable. */
char *envdump_open(struct arena *arena, const unsigned char key[ENVDUMP_KEY_BYTES], const char *dump,
                   size_t *length) MUST_CHECK;

/* What the first process must be running. */
struct envdump_command {
    const char *ref_str, *hotkey, *validator;
    const char *seed; /* SDK before 0.3.0: the graval seed; NULL: none */
};

/* REFUSAL_NONE if the opened `env` dump shows pid 1 of user chutes running exactly the expected command; else
 * the refusal, whose text never says what was expected. */
enum refusal envdump_check_command(struct arena *arena, const char *dump, size_t length,
                                   const struct envdump_command *expected) MUST_CHECK;

/* True if cmdline, with any path before python, python3 or python3.x and before chutes taken off, is exactly
 * the expected command. Also used for /proc/1/cmdline of old SDKs. */
bool envdump_command_matches(struct arena *arena, const char *cmdline,
                             const struct envdump_command *expected) MUST_CHECK;

/* REFUSAL_NONE if the opened `code` dump holds exactly the chute's code; else the refusal. */
enum refusal envdump_check_code(struct arena *arena, const char *dump, size_t length,
                                const char *code) MUST_CHECK;

/* REFUSAL_NONE if the opened `env` dump satisfies the administrator's rules; else the refusal. rules: a JSON
 * object of JSON pointer (RFC 6901) to {"equals": value}, {"matches": POSIX extended regular expression} or
 * {"present": bool}. */
enum refusal envdump_check_rules(const char *dump, size_t length, json_object *rules) MUST_CHECK;

#endif
