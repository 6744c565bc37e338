/* Secrets in locked, guarded, wiped memory. They never enter an arena, a log or an error message. */
#ifndef RIGGER_CORE_SECRET_H
#define RIGGER_CORE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#define SECRET_MIN_BYTES 16 /* shorter secrets are refused at start */

struct secret {
    char *text; /* NUL-terminated, read-only after secret_set; NULL when unset */
    size_t length;
};

/* Copies length bytes into sodium memory, replacing (and wiping) what was there. false: out of memory. */
bool secret_set(struct secret *secret, const char *text, size_t length);
void secret_clear(struct secret *secret);

/* Why a secret may not be used: too short, one repeated character, or a well-known example. NULL if
 * acceptable. */
const char *secret_error(const char *text);

#endif
