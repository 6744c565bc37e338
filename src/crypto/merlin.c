/* Framing of labelled messages over STROBE, as Merlin prescribes it. Knows no signature scheme. */
#include "crypto/merlin.h"

#include <endian.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

/* A label, and the length of what follows it. */
static void frame(struct strobe *strobe, const char *label, size_t length)
{
    const uint32_t length_le = htole32((uint32_t)length);

    strobe_meta_ad(strobe, label, strlen(label), false);
    strobe_meta_ad(strobe, &length_le, sizeof(length_le), true);
}

void merlin_init(struct merlin *transcript, const char *label)
{
    strobe_init(&transcript->strobe, "Merlin v1.0");
    merlin_append(transcript, "dom-sep", label, strlen(label));
}

void merlin_append(struct merlin *transcript, const char *label, const void *message, size_t length)
{
    frame(&transcript->strobe, label, length);
    strobe_ad(&transcript->strobe, message, length);
}

void merlin_challenge(struct merlin *transcript, const char *label, void *out, size_t length)
{
    frame(&transcript->strobe, label, length);
    strobe_prf(&transcript->strobe, out, length);
}

void merlin_witness(const struct merlin *transcript, const char *label, const void *secret,
                    size_t secret_length, const unsigned char entropy[MERLIN_ENTROPY_BYTES],
                    unsigned char out[MERLIN_WITNESS_BYTES])
{
    const uint32_t length_le = htole32(MERLIN_WITNESS_BYTES);
    struct strobe strobe = transcript->strobe;

    frame(&strobe, label, secret_length);
    strobe_key(&strobe, secret, secret_length);
    strobe_meta_ad(&strobe, "rng", 3, false);
    strobe_key(&strobe, entropy, MERLIN_ENTROPY_BYTES);
    strobe_meta_ad(&strobe, &length_le, sizeof(length_le), false);
    strobe_prf(&strobe, out, MERLIN_WITNESS_BYTES);
    sodium_memzero(&strobe, sizeof(strobe));
}
