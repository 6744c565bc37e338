/* Keccak-f[1600] on 25 lanes of 64 bits. No tables but the constants of the standard, no branch on the state.
 */
#include "crypto/keccak.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define LANES  25
#define ROUNDS 24

static const uint64_t round_constants[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* rho and pi in one walk: lane after lane along the cycle that starts at lane 1, where each goes and how far
 * it turns on its way. */
static const unsigned char pi_lanes[LANES - 1] = {
    10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1,
};
static const unsigned char rho_offsets[LANES - 1] = {
    1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44,
};

static inline uint64_t turn_left(uint64_t lane, unsigned int bits)
{
    return lane << bits | lane >> (64 - bits);
}

static inline void theta(uint64_t lanes[LANES])
{
    uint64_t parity[5];

    for (int x = 0; x < 5; x++)
        parity[x] = lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20];
    for (int x = 0; x < 5; x++) {
        uint64_t effect = parity[(x + 4) % 5] ^ turn_left(parity[(x + 1) % 5], 1);

        for (int y = 0; y < LANES; y += 5)
            lanes[x + y] ^= effect;
    }
}

static inline void rho_pi(uint64_t lanes[LANES])
{
    uint64_t moving = lanes[1];

    for (int i = 0; i < LANES - 1; i++) {
        uint64_t displaced = lanes[pi_lanes[i]];

        lanes[pi_lanes[i]] = turn_left(moving, rho_offsets[i]);
        moving = displaced;
    }
}

static inline void chi(uint64_t lanes[LANES])
{
    for (int y = 0; y < LANES; y += 5) {
        uint64_t row[5];

        memcpy(row, lanes + y, sizeof(row));
        for (int x = 0; x < 5; x++)
            lanes[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]);
    }
}

void keccak_f1600(unsigned char state[KECCAK_STATE_BYTES])
{
    uint64_t lanes[LANES];

    memcpy(lanes, state, sizeof(lanes));
    for (int i = 0; i < LANES; i++)
        lanes[i] = le64toh(lanes[i]);
    for (int i = 0; i < ROUNDS; i++) {
        theta(lanes);
        rho_pi(lanes);
        chi(lanes);
        lanes[0] ^= round_constants[i];
    }
    for (int i = 0; i < LANES; i++)
        lanes[i] = htole64(lanes[i]);
    memcpy(state, lanes, sizeof(lanes));
}
