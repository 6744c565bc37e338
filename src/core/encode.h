/* Hex, base64 and UUID text forms, strict in what they take. Thin over libsodium. */
#ifndef RIGGER_CORE_ENCODE_H
#define RIGGER_CORE_ENCODE_H

#include "core/attributes.h"

#include <stdbool.h>
#include <stddef.h>

#define UUID_BYTES      16
#define UUID_TEXT_BYTES 37 /* with NUL */

struct arena;

/* Writes 2 * length lower-case digits and a NUL to out. */
void hex_encode(char *out, const void *data, size_t length);

/* Decodes exactly text_length hex digits (any case) into out; true if they are text_length == 2 * out_length
 * digits. */
bool hex_decode(void *out, size_t out_length, const char *text, size_t text_length) MUST_CHECK;

/* Standard base64 with padding; the result lives in the arena. */
char *base64_encode(struct arena *arena, const void *data, size_t length) NEVER_NULL;

/* Strict standard base64 (padding required, no white space). The bytes live in the arena; NULL if malformed.
 */
unsigned char *base64_decode(struct arena *arena, const char *text, size_t text_length,
                             size_t *length) MUST_CHECK;

/* URL-safe base64 without padding (RFC 7515). */
char *base64url_encode(struct arena *arena, const void *data, size_t length) NEVER_NULL;
unsigned char *base64url_decode(struct arena *arena, const char *text, size_t text_length,
                                size_t *length) MUST_CHECK;

/* A random UUID of version 4, as lower-case text. */
void uuid4_text(char out[UUID_TEXT_BYTES]);

/* The same of version 8 (RFC 9562): as random, and told from everybody's version 4. */
void uuid8_text(char out[UUID_TEXT_BYTES]);

/* The UUID of version 5 (RFC 9562, SHA-1) of name in the OID namespace, as lower-case text. */
void uuid5_oid_text(char out[UUID_TEXT_BYTES], const void *name, size_t length);

/* True for 8-4-4-4-12 hex digits. */
bool uuid_is_text(const char *text);

#endif
