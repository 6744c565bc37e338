/* How many sr25519 signatures one core verifies and makes in a second, on a message as long as a hotkey
 * signature's. About one second each. */
#include "crypto/sr25519.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEASURE_SECONDS 1.0
#define BATCH           64

static const char message[] = "5Cd9CxoRGGQ3DkcCQgA6xKraLsmHU6m9KFqD51YVgUV4edts:1764000000:"
                              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const unsigned char seed[SR25519_SEED_BYTES] = { 7 };
static unsigned char public_key[SR25519_PUBLIC_KEY_BYTES], signature[SR25519_SIGNATURE_BYTES];

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool verify(void)
{
    return sr25519_verify(signature, message, sizeof(message) - 1, public_key);
}

static bool sign(void)
{
    return sr25519_sign(signature, message, sizeof(message) - 1, seed);
}

static bool measure(const char *name, bool (*work)(void))
{
    double started = cpu_seconds(), taken;
    long count = 0;

    do {
        for (int i = 0; i < BATCH; i++)
            if (!work())
                return false;
        count += BATCH;
        taken = cpu_seconds() - started;
    } while (taken < MEASURE_SECONDS);
    printf("sr25519 %s: %.0f per second (%.1f µs each)\n", name, (double)count / taken,
           taken * 1e6 / (double)count);
    return true;
}

int main(void)
{
    if (sodium_init() < 0 || !sr25519_public_key(public_key, seed) || !sign())
        return EXIT_FAILURE;
    return measure("verify", verify) && measure("sign", sign) ? EXIT_SUCCESS : EXIT_FAILURE;
}
