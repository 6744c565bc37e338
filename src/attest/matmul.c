/* The server's side of "rigger-matmul-v1": a few rows of the product, recomputed in one streaming pass over
 * the keystream of the matrices. It must never hold a whole matrix. */
#include "attest/matmul.h"

#include "core/simd.h"

#include <endian.h>
#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define WORD_BYTES     sizeof(uint32_t)
#define GROUP          4     /* matrix rows taken in one sweep over the sums */
#define BLOCK_WORDS    16384 /* of keystream held at a time, but never less than GROUP rows */
#define CHUNK_WORDS    64    /* of a row hashed at a time */
#define KEYSTREAM_UNIT 64    /* bytes of a ChaCha20 block; a matrix row is a multiple of it */
#define ZEROS_BYTES    16384 /* encrypted at a time: they stay in the first cache */
#define ALIGNMENT      64

bool matmul_challenge_is_valid(const struct matmul_challenge *challenge)
{
    uint32_t n = challenge->n;

    /* rule: matmul.size */
    return n >= MATMUL_N_MIN && n <= MATMUL_N_MAX && (n & (n - 1)) == 0 && challenge->iterations >= 1 &&
           challenge->iterations < UINT32_MAX && challenge->seed >= 0;
}

void matmul_key(const struct matmul_challenge *challenge, uint32_t i, unsigned char key[32])
{
    crypto_generichash_state state;
    uint64_t seed = htole64((uint64_t)challenge->seed);
    uint32_t n = htole32(challenge->n), index = htole32(i);

    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, (const unsigned char *)MATMUL_ALGORITHM, strlen(MATMUL_ALGORITHM));
    crypto_generichash_update(&state, (const unsigned char *)&seed, sizeof(seed));
    crypto_generichash_update(&state, (const unsigned char *)challenge->uuid, strlen(challenge->uuid));
    crypto_generichash_update(&state, (const unsigned char *)&n, sizeof(n));
    crypto_generichash_update(&state, (const unsigned char *)&index, sizeof(index));
    crypto_generichash_final(&state, key, 32);
}

/* Points the keystream of key at row `first`. libcrypto's ChaCha20 makes it two to three times as fast as
 * libsodium's where the processor has AVX2 or AVX-512, and the keystream is most of the verifier's cost. */
static bool keystream_seek(EVP_CIPHER_CTX *keystream, const unsigned char key[32], uint32_t n, uint32_t first)
{
    /* The block counter, then the nonce of 12 bytes, which is 0. */
    uint32_t start[4] = { htole32((uint32_t)(first * (n * WORD_BYTES / KEYSTREAM_UNIT))) };

    return EVP_EncryptInit_ex(keystream, EVP_chacha20(), NULL, key, (const unsigned char *)start) == 1;
}

/* The next rows · n words of the keystream, in host order. */
static bool keystream_read(EVP_CIPHER_CTX *keystream, uint32_t n, uint32_t rows, uint32_t *words)
{
    static const unsigned char zeros[ZEROS_BYTES];
    const size_t bytes = (size_t)rows * n * WORD_BYTES; /* a multiple of KEYSTREAM_UNIT */
    unsigned char *out = (unsigned char *)words;

    for (size_t made = 0; made < bytes; made += ZEROS_BYTES) {
        size_t left = bytes - made;
        int written;

        if (EVP_EncryptUpdate(keystream, out + made, &written, zeros,
                              left < ZEROS_BYTES ? (int)left : ZEROS_BYTES) != 1)
            return false;
    }
    if (__BYTE_ORDER == __BIG_ENDIAN) {
        for (size_t i = 0; i < bytes / WORD_BYTES; i++)
            words[i] = le32toh(words[i]);
    }
    return true;
}

bool matmul_matrix_rows(const unsigned char key[32], uint32_t n, uint32_t first, uint32_t count,
                        uint32_t *words)
{
    EVP_CIPHER_CTX *keystream = EVP_CIPHER_CTX_new();
    bool made = keystream != NULL && keystream_seek(keystream, key, n, first) &&
                keystream_read(keystream, n, count, words);

    EVP_CIPHER_CTX_free(keystream);
    return made;
}

void matmul_digest(const uint32_t *row, uint32_t n, uint32_t r, unsigned char digest[MATMUL_DIGEST_BYTES])
{
    crypto_generichash_state state;
    uint32_t chunk[CHUNK_WORDS], index = htole32(r);

    crypto_generichash_init(&state, NULL, 0, MATMUL_DIGEST_BYTES);
    for (uint32_t i = 0; i < n; i += CHUNK_WORDS) {
        for (uint32_t j = 0; j < CHUNK_WORDS; j++)
            chunk[j] = htole32(row[i + j]);
        crypto_generichash_update(&state, (const unsigned char *)chunk, sizeof(chunk));
    }
    crypto_generichash_update(&state, (const unsigned char *)&index, sizeof(index));
    crypto_generichash_final(&state, digest, MATMUL_DIGEST_BYTES);
    sodium_memzero(&state, sizeof(state));
    sodium_memzero(chunk, sizeof(chunk));
}

/* libsodium advises 16 bytes of hash or more, but makes any BLAKE2b length from 1 to 64; the tag needs 8. */
static void hash_labelled(const char *label, const unsigned char digest[MATMUL_DIGEST_BYTES],
                          unsigned char *out, size_t out_length)
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, out_length);
    crypto_generichash_update(&state, (const unsigned char *)label, strlen(label));
    crypto_generichash_update(&state, digest, MATMUL_DIGEST_BYTES);
    crypto_generichash_final(&state, out, out_length);
    sodium_memzero(&state, sizeof(state));
}

void matmul_seal_key(const unsigned char digest[MATMUL_DIGEST_BYTES], unsigned char key[32])
{
    hash_labelled("key", digest, key, 32);
}

void matmul_tag(const unsigned char digest[MATMUL_DIGEST_BYTES], unsigned char tag[MATMUL_TAG_BYTES])
{
    hash_labelled("tag", digest, tag, MATMUL_TAG_BYTES);
}

/* sums[j] += factors[0] * rows[0][j] + … for GROUP adjacent matrix rows. */
CLONED static void add_products(uint32_t *sums, const uint32_t *rows, const uint32_t *factors, uint32_t n)
{
    const uint32_t f0 = factors[0], f1 = factors[1], f2 = factors[2], f3 = factors[3];
    lanes *sum = (lanes *)(void *)sums;
    const lanes *row0 = (const lanes *)(const void *)rows;
    const size_t stride = n / LANES;

    for (size_t j = 0; j < stride; j++) {
        sum[j] +=
            row0[j] * f0 + row0[stride + j] * f1 + row0[2 * stride + j] * f2 + row0[3 * stride + j] * f3;
    }
}

/* The same for two neighbours among the vectors and their sums, which are n words apart: what is loaded of
 * the rows serves both. */
CLONED static void add_products_twice(uint32_t *sums, const uint32_t *rows, const uint32_t *factors,
                                      uint32_t n)
{
    const uint32_t *others = factors + n;
    const uint32_t f0 = factors[0], f1 = factors[1], f2 = factors[2], f3 = factors[3];
    const uint32_t g0 = others[0], g1 = others[1], g2 = others[2], g3 = others[3];
    lanes *sum = (lanes *)(void *)sums;
    const lanes *row0 = (const lanes *)(const void *)rows;
    const size_t stride = n / LANES;

    for (size_t j = 0; j < stride; j++) {
        const lanes a = row0[j], b = row0[stride + j], c = row0[2 * stride + j], d = row0[3 * stride + j];

        sum[j] += a * f0 + b * f1 + c * f2 + d * f3;
        sum[stride + j] += a * g0 + b * g1 + c * g2 + d * g3;
    }
}

/* Of one pass: `count` row vectors, the sums that become the next ones, and a block of matrix rows. */
struct pass {
    uint32_t n, count, block_rows;
    uint32_t *vectors, *sums, *block;
    EVP_CIPHER_CTX *keystream;
    void *memory;
    size_t bytes;
};

static void pass_close(struct pass *pass)
{
    /* The secret row's words give the key away. */
    if (pass->memory != NULL)
        sodium_memzero(pass->memory, pass->bytes);
    free(pass->memory);
    EVP_CIPHER_CTX_free(pass->keystream);
}

static bool pass_open(struct pass *pass, uint32_t n, uint32_t count)
{
    const size_t vector_words = (size_t)count * n;

    pass->n = n;
    pass->count = count;
    pass->block_rows = BLOCK_WORDS / n > GROUP ? BLOCK_WORDS / n : GROUP;
    pass->bytes = (2 * vector_words + (size_t)pass->block_rows * n) * WORD_BYTES;
    pass->memory = aligned_alloc(ALIGNMENT, pass->bytes);
    pass->keystream = EVP_CIPHER_CTX_new();
    if (pass->memory == NULL || pass->keystream == NULL) {
        pass_close(pass);
        return false;
    }
    pass->vectors = pass->memory;
    pass->sums = pass->vectors + vector_words;
    pass->block = pass->sums + vector_words;
    return true;
}

/* Sets the vectors to rows of the matrix of key. */
static bool pass_begin(struct pass *pass, const unsigned char key[32], const uint32_t *rows)
{
    for (size_t v = 0; v < pass->count; v++) {
        if (!keystream_seek(pass->keystream, key, pass->n, rows[v]) ||
            !keystream_read(pass->keystream, pass->n, 1, pass->vectors + v * pass->n))
            return false;
    }
    return true;
}

/* Multiplies all vectors by the matrix of key. */
static bool pass_multiply(struct pass *pass, const unsigned char key[32])
{
    const size_t n = pass->n;
    uint32_t *swapped = pass->vectors;

    if (!keystream_seek(pass->keystream, key, pass->n, 0))
        return false;
    memset(pass->sums, 0, pass->count * n * WORD_BYTES);
    for (uint32_t first = 0; first < n; first += pass->block_rows) {
        if (!keystream_read(pass->keystream, pass->n, pass->block_rows, pass->block))
            return false;
        for (uint32_t row = 0; row < pass->block_rows; row += GROUP) {
            size_t v = 0;

            for (; v + 1 < pass->count; v += 2)
                add_products_twice(pass->sums + v * n, pass->block + row * n,
                                   pass->vectors + v * n + first + row, pass->n);
            if (v < pass->count)
                add_products(pass->sums + v * n, pass->block + row * n, pass->vectors + v * n + first + row,
                             pass->n);
        }
    }
    pass->vectors = pass->sums;
    pass->sums = swapped;
    return true;
}

bool matmul_rows(const struct matmul_challenge *challenge, const uint32_t *rows, size_t count,
                 unsigned char digests[][MATMUL_DIGEST_BYTES])
{
    const uint32_t n = challenge->n;
    unsigned char key[32];
    struct pass pass;
    bool computed;

    if (!matmul_challenge_is_valid(challenge) || count == 0 || count > MATMUL_ROWS_MAX)
        return false;
    for (size_t v = 0; v < count; v++) {
        if (rows[v] >= n)
            return false;
    }
    if (!pass_open(&pass, n, (uint32_t)count))
        return false;

    matmul_key(challenge, 0, key);
    computed = pass_begin(&pass, key, rows);
    for (uint32_t i = 1; computed && i <= challenge->iterations; i++) {
        matmul_key(challenge, i, key);
        computed = pass_multiply(&pass, key);
    }
    for (size_t v = 0; computed && v < count; v++)
        matmul_digest(pass.vectors + v * n, n, rows[v], digests[v]);
    pass_close(&pass);
    return computed;
}

/* Fills up rows to `count` different ones; the first is given. */
static void draw_rows(uint32_t *rows, size_t count, uint32_t n)
{
    for (size_t drawn = 1; drawn < count;) {
        uint32_t row = randombytes_uniform(n);
        bool taken = false;

        for (size_t i = 0; i < drawn; i++)
            taken = taken || rows[i] == row;
        if (!taken)
            rows[drawn++] = row;
    }
}

/* The bytes of a work product of exactly n rows. NULL with *malformed set, or without: no memory. */
static unsigned char *decode_product(const char *work_product, uint32_t n, bool *malformed)
{
    const size_t bytes = (size_t)n * MATMUL_CHECK_BYTES;
    const size_t text_length = sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_ORIGINAL) - 1;
    unsigned char *product;
    size_t decoded = 0;

    /* rule: matmul.length */
    *malformed = strlen(work_product) != text_length;
    if (*malformed)
        return NULL;
    product = malloc(bytes);
    if (product == NULL)
        return NULL;
    if (sodium_base642bin(product, bytes, work_product, text_length, NULL, &decoded, NULL,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        decoded != bytes) {
        *malformed = true;
        free(product);
        return NULL;
    }
    return product;
}

bool matmul_verify(const struct matmul_challenge *challenge, uint32_t secret_row, uint32_t checked,
                   const char *work_product, bool *valid)
{
    unsigned char digests[MATMUL_ROWS_MAX][MATMUL_DIGEST_BYTES];
    /* rule: matmul.secret_row */
    uint32_t rows[MATMUL_ROWS_MAX] = { secret_row };
    /* rule: matmul.other_rows */
    const size_t count = (checked < MATMUL_ROWS_MAX ? checked : MATMUL_ROWS_MAX - 1) + 1;
    unsigned char *product;
    bool malformed, computed;
    int differences = 0;

    *valid = false;
    if (!matmul_challenge_is_valid(challenge) || secret_row >= challenge->n)
        return false;
    product = decode_product(work_product, challenge->n, &malformed);
    if (product == NULL)
        return malformed;

    draw_rows(rows, count, challenge->n);
    computed = matmul_rows(challenge, rows, count, digests);
    for (size_t i = 0; computed && i < count; i++)
        differences |=
            sodium_memcmp(product + (size_t)rows[i] * MATMUL_CHECK_BYTES, digests[i], MATMUL_CHECK_BYTES);
    *valid = computed && differences == 0;
    sodium_memzero(digests, sizeof(digests));
    free(product);
    return computed;
}
