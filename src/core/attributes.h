/* Compiler attributes used across the tree, under names that say what they promise. */
#ifndef RIGGER_CORE_ATTRIBUTES_H
#define RIGGER_CORE_ATTRIBUTES_H

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define NEVER_NULL             __attribute__((returns_nonnull))
#define NO_RETURN              __attribute__((noreturn))

#endif
