/* schnorrkel signatures over libsodium's ristretto255. Verification works on public values only; signing is
 * constant time and wipes what is secret. */
#include "crypto/sr25519.h"

#include "crypto/merlin.h"

#include <sodium.h>
#include <string.h>

#define POINT_BYTES      crypto_core_ristretto255_BYTES
#define SCALAR_BYTES     crypto_core_ristretto255_SCALARBYTES
#define WIDE_BYTES       crypto_core_ristretto255_NONREDUCEDSCALARBYTES
#define NONCE_SEED_BYTES 32
#define MARKER           0x80 /* tells a schnorrkel signature from an ed25519 one */

struct expanded_key {
    unsigned char scalar[SCALAR_BYTES];
    unsigned char nonce_seed[NONCE_SEED_BYTES];
};

/* The transcript of a signature, up to where the prover commits himself to R. */
static void begin_proof(struct merlin *transcript, const void *message, size_t length,
                        const unsigned char public_key[POINT_BYTES])
{
    static const char context[] = "substrate", protocol[] = "Schnorr-sig";

    merlin_init(transcript, "SigningContext");
    merlin_append(transcript, "", context, sizeof(context) - 1);
    merlin_append(transcript, "sign-bytes", message, length);
    merlin_append(transcript, "proto-name", protocol, sizeof(protocol) - 1);
    merlin_append(transcript, "sign:pk", public_key, POINT_BYTES);
}

/* Commits to R; k becomes the challenge. */
static void draw_challenge(struct merlin *transcript, const unsigned char r_point[POINT_BYTES],
                           unsigned char k[SCALAR_BYTES])
{
    unsigned char wide[WIDE_BYTES];

    merlin_append(transcript, "sign:R", r_point, POINT_BYTES);
    merlin_challenge(transcript, "sign:c", wide, sizeof(wide));
    crypto_core_ristretto255_scalar_reduce(k, wide);
}

static bool scalar_is_canonical(const unsigned char scalar[SCALAR_BYTES])
{
    unsigned char wide[WIDE_BYTES] = { 0 }, reduced[SCALAR_BYTES];

    memcpy(wide, scalar, SCALAR_BYTES);
    crypto_core_ristretto255_scalar_reduce(reduced, wide);
    return memcmp(reduced, scalar, SCALAR_BYTES) == 0;
}

/* R must be s·B - k·A. libsodium refuses an A that is not canonical; a result equal to R vouches for R, since
 * the library writes canonical points. It also refuses products that are the identity: s = 0 and k = 0 never
 * occur. */
bool sr25519_verify(const unsigned char signature[SR25519_SIGNATURE_BYTES], const void *message,
                    size_t length, const unsigned char public_key[SR25519_PUBLIC_KEY_BYTES])
{
    unsigned char s[SCALAR_BYTES], k[SCALAR_BYTES], s_base[POINT_BYTES], k_key[POINT_BYTES],
        found[POINT_BYTES];
    struct merlin transcript;

    /* rule: sr25519.marker, rule: sr25519.identity */
    if ((signature[SR25519_SIGNATURE_BYTES - 1] & MARKER) == 0 || sodium_is_zero(public_key, POINT_BYTES))
        return false;
    memcpy(s, signature + POINT_BYTES, sizeof(s));
    s[SCALAR_BYTES - 1] &= (unsigned char)~MARKER;
    /* rule: sr25519.canonical_scalar */
    if (!scalar_is_canonical(s))
        return false;
    begin_proof(&transcript, message, length, public_key);
    draw_challenge(&transcript, signature, k);
    /* rule: sr25519.equation */
    return crypto_scalarmult_ristretto255(k_key, k, public_key) == 0 &&
           crypto_scalarmult_ristretto255_base(s_base, s) == 0 &&
           crypto_core_ristretto255_sub(found, s_base, k_key) == 0 &&
           memcmp(found, signature, POINT_BYTES) == 0;
}

/* A mini secret key as ed25519 expands it: SHA-512, clamped, then divided by the cofactor, because
 * ristretto255 has none. */
static void expand(struct expanded_key *key, const unsigned char seed[SR25519_SEED_BYTES])
{
    unsigned char digest[crypto_hash_sha512_BYTES], above = 0;

    crypto_hash_sha512(digest, seed, SR25519_SEED_BYTES);
    digest[0] &= 248;
    digest[SCALAR_BYTES - 1] &= 63;
    digest[SCALAR_BYTES - 1] |= 64;
    for (size_t i = SCALAR_BYTES; i-- > 0;) {
        key->scalar[i] = (unsigned char)(digest[i] >> 3 | above);
        above = (unsigned char)(digest[i] << 5);
    }
    memcpy(key->nonce_seed, digest + SCALAR_BYTES, NONCE_SEED_BYTES);
    sodium_memzero(digest, sizeof(digest));
}

bool sr25519_public_key(unsigned char public_key[SR25519_PUBLIC_KEY_BYTES],
                        const unsigned char seed[SR25519_SEED_BYTES])
{
    struct expanded_key key;
    bool made;

    expand(&key, seed);
    made = crypto_scalarmult_ristretto255_base(public_key, key.scalar) == 0;
    sodium_memzero(&key, sizeof(key));
    return made;
}

/* The secret scalar r of a signature. */
static void draw_witness(const struct merlin *transcript, const struct expanded_key *key,
                         unsigned char r[SCALAR_BYTES])
{
    unsigned char entropy[MERLIN_ENTROPY_BYTES], wide[WIDE_BYTES];

    randombytes_buf(entropy, sizeof(entropy));
    merlin_witness(transcript, "signing", key->nonce_seed, sizeof(key->nonce_seed), entropy, wide);
    crypto_core_ristretto255_scalar_reduce(r, wide);
    sodium_memzero(wide, sizeof(wide));
    sodium_memzero(entropy, sizeof(entropy));
}

bool sr25519_sign(unsigned char signature[SR25519_SIGNATURE_BYTES], const void *message, size_t length,
                  const unsigned char seed[SR25519_SEED_BYTES])
{
    unsigned char public_key[POINT_BYTES], r[SCALAR_BYTES], k[SCALAR_BYTES], product[SCALAR_BYTES];
    unsigned char *s = signature + POINT_BYTES;
    struct expanded_key key;
    struct merlin transcript;
    bool signed_it = false;

    expand(&key, seed);
    if (crypto_scalarmult_ristretto255_base(public_key, key.scalar) != 0)
        goto out;
    begin_proof(&transcript, message, length, public_key);
    draw_witness(&transcript, &key, r);
    if (crypto_scalarmult_ristretto255_base(signature, r) != 0)
        goto out;
    draw_challenge(&transcript, signature, k);
    crypto_core_ristretto255_scalar_mul(product, k, key.scalar);
    crypto_core_ristretto255_scalar_add(s, product, r);
    s[SCALAR_BYTES - 1] |= MARKER;
    signed_it = true;
out:
    sodium_memzero(&key, sizeof(key));
    sodium_memzero(r, sizeof(r));
    sodium_memzero(product, sizeof(product));
    return signed_it;
}
