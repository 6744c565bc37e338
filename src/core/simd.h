/* Vectors of words for the inner loops of matmul, verifier and prover alike. */
#ifndef RIGGER_CORE_SIMD_H
#define RIGGER_CORE_SIMD_H

#include <stdint.h>

#define LANES 8 /* words in a vector */

/* Points into arrays of words that are aligned to the vector's size. */
typedef uint32_t lanes __attribute__((vector_size(LANES * sizeof(uint32_t)), may_alias));

/* A function compiled for AVX2 besides, and chosen when the program starts. The function that chooses runs
 * before a sanitizer is ready for it. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&    \
    !defined(__SANITIZE_THREAD__)
#define CLONED __attribute__((target_clones("avx2", "default")))
#else
#define CLONED
#endif

#endif
