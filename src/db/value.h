/* The values that go into a call of db/calls.h and come out of one, and how null is said: once, here.
 *
 * Text (also uuid, JSON, times, numbers beyond 64 bits, as PostgreSQL writes them) is a const char *; NULL is
 * null. The others are structs, so that a bare 0 or false does not compile where null could be meant: what is
 * left out of an initialiser is null, and a value is given with db_integer(5), db_boolean(true) or
 * db_bytes(bytes, length). On the way out `present` tells null from 0; who reads `value` alone takes null for
 * 0 or false, and should know that this is meant. */
#ifndef RIGGER_DB_VALUE_H
#define RIGGER_DB_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db_integer {
    bool present;
    int64_t value;
};

struct db_boolean {
    bool present, value;
};

struct db_bytes {
    const unsigned char *bytes; /* NULL: null */
    size_t length;
};

static inline struct db_integer db_integer(int64_t value)
{
    return (struct db_integer){ .present = true, .value = value };
}

static inline struct db_boolean db_boolean(bool value)
{
    return (struct db_boolean){ .present = true, .value = value };
}

/* The bytes must outlive the call they are an input of. */
static inline struct db_bytes db_bytes(const unsigned char *bytes, size_t length)
{
    return (struct db_bytes){ .bytes = bytes, .length = length };
}

#endif
