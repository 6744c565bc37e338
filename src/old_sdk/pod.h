/* Talks to an instance of an old SDK (before 0.3.0) over HTTP as the validator: signed headers, bodies and
 * paths encrypted under the instance's key where its SDK does that. What comes back is a stranger's. */
#ifndef RIGGER_OLD_SDK_POD_H
#define RIGGER_OLD_SDK_POD_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"
#include "crypto/aes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pod {
    const struct config *config;
    struct arena *arena;
    const char *host, *address; /* address: the vetted one, which is dialled; NULL: not vetted yet */
    int64_t port;
    const char *hotkey; /* whose it is */
    unsigned char key[AES128_KEY_BYTES];
    bool hides_paths;    /* paths go encrypted, each under a fresh iv: SDK 0.2.14 and later */
    int64_t deadline_ms; /* on clock_monotonic_ms, for all that is asked of it */
};

struct pod_question {
    const char *path;      /* "/_ping"; encrypted where the pod hides paths, unless plain_path */
    const char *query;     /* NULL: none */
    const char *body;      /* NULL: a GET */
    bool json;             /* Content-Type: application/json */
    bool graval_encrypted; /* X-Chutes-Encrypted: true */
    bool plain_path;
};

struct pod_answer {
    int status; /* 0: there was none */
    const char *text;
    size_t length;
};

/* Vets the host of a pod whose address is NULL. STATUS_OK: *refusal says why it may not be dialled, or
 * REFUSAL_NONE. STATUS_UNAVAILABLE: too many names are being looked up. */
enum status pod_find_address(struct pod *pod, enum refusal *refusal) MUST_CHECK;

/* Asks, once. The answer's text lives on the arena. */
struct pod_answer pod_ask(const struct pod *pod, const struct pod_question *question) MUST_CHECK;

/* The body of a hidden question: hex of a fresh iv, which is kept in iv, and base64 of the ciphertext. */
const char *pod_seal(const struct pod *pod, const char *text, unsigned char iv[AES_BLOCK_BYTES]) MUST_CHECK;

/* Opens {"json": base64} that answers a hidden question, under its iv. NULL: it is nothing of that kind. On
 * the arena, NUL-terminated. */
const char *pod_open(const struct pod *pod, const unsigned char iv[AES_BLOCK_BYTES],
                     const struct pod_answer *answer) MUST_CHECK;

#endif
