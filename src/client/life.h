/* One life of an instance (docs/contract.md, "The life of an instance"), step by step: the miner's and the
 * pod's part, as the real clients play them. */
#ifndef RIGGER_CLIENT_LIFE_H
#define RIGGER_CLIENT_LIFE_H

#include "client/matmul_prover.h"
#include "client/slot.h"
#include "core/arena.h"
#include "crypto/aes.h"
#include "net/http_client.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIFE_STEP_COUNT 7

/* Ways to break the rules, to see them enforced. */
enum cheat {
    CHEAT_NOT,
    CHEAT_ANSWER,  /* another text under the right key */
    CHEAT_PADDING, /* a ciphertext whose padding is broken */
    CHEAT_PROOF,   /* a work product that is wrong in every row */
};

/* What all lives have in common. */
struct plan {
    const char *url;     /* base, without a trailing slash */
    const char *ca_file; /* NULL: the system's */
    unsigned threads;    /* for solving */
    size_t last_step;    /* index of the last one */
    bool keep;           /* the instance stays: no delete */
    enum cheat cheat;
    atomic_bool stop; /* true: no new step begins, and solving is cancelled */
};

/* How a step went. Texts live in the life's arena or for ever. */
struct life_step_result {
    const char *method, *path; /* NULL: the step is no request */
    const char *note;          /* beside a step that is no request; may be NULL */
    const char *detail;        /* why it failed */
    int status;                /* 0: no answer, or no request */
    int64_t us;
};

struct life;

/* Who is told. Called in the life's thread. */
struct observer {
    void (*step_done)(void *context, const struct life *life, size_t step, bool ok,
                      const struct life_step_result *result);
    void (*progress)(void *context, double fraction); /* of solving; may be NULL */
    void *context;
};

/* A life, and what each step leaves for the next ones. */
struct life {
    const struct plan *plan;
    const struct slot *slot;
    const struct observer *observer;
    struct http_client *client;
    struct arena *arena;
    size_t number; /* from 1 */

    const char *config_id, *token;     /* token */
    struct matmul_challenge challenge; /* claim */
    unsigned char tag[MATMUL_TAG_BYTES];
    const char *ciphertext, *plaintext;
    const char *work_product; /* solve */
    unsigned char key[AES128_KEY_BYTES];
    const char *instance_id; /* verify */
};

/* Lives from the first step to plan->last_step, or to the step that fails. False: a step failed, or
 * plan->stop. The arena is the caller's to reset afterwards. */
bool life_run(struct life *life) MUST_CHECK;

/* The name of a step, 0 … LIFE_STEP_COUNT - 1; LIFE_STEP_COUNT for a name that is none. */
const char *life_step_name(size_t step);
size_t life_step_find(const char *name);

#endif
