/* A set of bytes, for attest/pattern.h: what one place of a text may be. */
#ifndef RIGGER_ATTEST_BYTE_SET_H
#define RIGGER_ATTEST_BYTE_SET_H

#include <stdbool.h>
#include <stddef.h>

struct byte_set {
    unsigned char bits[32];
};

void byte_set_add(struct byte_set *set, unsigned char byte);
void byte_set_add_range(struct byte_set *set, unsigned char first, unsigned char last);
void byte_set_add_all(struct byte_set *set, const char *bytes);

/* All others but NUL, which no text has. */
void byte_set_invert(struct byte_set *set);

/* The characters of "alpha", "digit", … in the C locale. False: there is no class of that name. */
bool byte_set_add_class(struct byte_set *set, const char *name, size_t length);

/* Letters, digits and the underscore. */
void byte_set_add_word(struct byte_set *set);

#endif
