/* The duplex construction of STROBE over Keccak. Knows operations, not what they are used for. */
#include "crypto/strobe.h"

#include <string.h>

#define RATE_BYTES 166 /* 200 - 2 * 128 / 8 - 2: what the security level and the padding leave */

enum operation_flag { FLAG_INBOUND = 1, FLAG_APPLICATION = 2, FLAG_CIPHER = 4, FLAG_META = 16 };

#define OPERATION_AD      (FLAG_APPLICATION)
#define OPERATION_META_AD (FLAG_META | FLAG_APPLICATION)
#define OPERATION_KEY     (FLAG_APPLICATION | FLAG_CIPHER)
#define OPERATION_PRF     (FLAG_INBOUND | FLAG_APPLICATION | FLAG_CIPHER)

static void permute(struct strobe *strobe)
{
    strobe->state[strobe->position] ^= strobe->begin;
    strobe->state[strobe->position + 1] ^= 0x04;
    strobe->state[RATE_BYTES + 1] ^= 0x80;
    keccak_f1600(strobe->state);
    strobe->position = 0;
    strobe->begin = 0;
}

static void advance(struct strobe *strobe)
{
    if (++strobe->position == RATE_BYTES)
        permute(strobe);
}

static void absorb(struct strobe *strobe, const void *data, size_t length)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < length; i++) {
        strobe->state[strobe->position] ^= bytes[i];
        advance(strobe);
    }
}

static void begin_operation(struct strobe *strobe, unsigned char flags)
{
    const unsigned char header[] = { strobe->begin, flags };

    strobe->begin = (unsigned char)(strobe->position + 1);
    absorb(strobe, header, sizeof(header));
    if ((flags & FLAG_CIPHER) != 0 && strobe->position != 0)
        permute(strobe);
}

void strobe_init(struct strobe *strobe, const char *protocol)
{
    static const unsigned char domain[] = {
        1, RATE_BYTES + 2, 1, 0, 1, 96, 'S', 'T', 'R', 'O', 'B', 'E', 'v', '1', '.', '0', '.', '2',
    };

    memset(strobe, 0, sizeof(*strobe));
    memcpy(strobe->state, domain, sizeof(domain));
    keccak_f1600(strobe->state);
    strobe_meta_ad(strobe, protocol, strlen(protocol), false);
}

void strobe_meta_ad(struct strobe *strobe, const void *data, size_t length, bool more)
{
    if (!more)
        begin_operation(strobe, OPERATION_META_AD);
    absorb(strobe, data, length);
}

void strobe_ad(struct strobe *strobe, const void *data, size_t length)
{
    begin_operation(strobe, OPERATION_AD);
    absorb(strobe, data, length);
}

void strobe_prf(struct strobe *strobe, void *out, size_t length)
{
    unsigned char *bytes = out;

    begin_operation(strobe, OPERATION_PRF);
    for (size_t i = 0; i < length; i++) {
        bytes[i] = strobe->state[strobe->position];
        strobe->state[strobe->position] = 0;
        advance(strobe);
    }
}

void strobe_key(struct strobe *strobe, const void *key, size_t length)
{
    const unsigned char *bytes = key;

    begin_operation(strobe, OPERATION_KEY);
    for (size_t i = 0; i < length; i++) {
        strobe->state[strobe->position] = bytes[i];
        advance(strobe);
    }
}
