/* Who lives and where: a miner's key, a chute, GPUs, and the address the pod claims. Lives that run at the
 * same time need a slot each, because a GPU or a port is in one instance at most. */
#ifndef RIGGER_CLIENT_SLOT_H
#define RIGGER_CLIENT_SLOT_H

#include "client/pod_ports.h"
#include "core/arena.h"
#include "core/attributes.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SLOT_SEED_BYTES 32
#define SLOT_GPUS_MAX   8
#define SLOT_PORT_MIN   22
#define SLOT_PORT_MAX   65534 /* the port after it is used, too */

struct slot {
    unsigned char seed[SLOT_SEED_BYTES]; /* of the hotkey; the owner wipes it */
    const char *chute;
    const char *gpus[SLOT_GPUS_MAX];
    size_t gpu_count;
    const char *host;
    uint16_t port;   /* of the host, that leads to the pod's port 8000; the next one leads to 8001 */
    const char *job; /* NULL: none */
    struct pod_port ports[POD_PORTS_MAX]; /* of the job */
    size_t port_count;
};

/* Each takes one value as written and returns NULL, or what is wrong with it. Texts must outlive the slot. */
const char *slot_set_seed(struct slot *slot, const char *hex) MUST_CHECK;
const char *slot_set_chute(struct slot *slot, const char *chute) MUST_CHECK;
const char *slot_add_gpu(struct slot *slot, const char *gpu) MUST_CHECK;
const char *slot_set_host(struct slot *slot, const char *host) MUST_CHECK;
const char *slot_set_port(struct slot *slot, const char *port) MUST_CHECK;
const char *slot_set_job(struct slot *slot, const char *job) MUST_CHECK;

/* A port of the job: PROTO:INTERNAL:EXTERNAL. */
const char *slot_add_job_port(struct slot *slot, const char *port) MUST_CHECK;

/* Reads `count` slots, one a line: seed, chute, gpu[,gpu …], host and port, with tabs between them. Empty
 * lines and lines that begin with # are skipped, lines beyond count are not read. Texts go to the arena.
 * Returns NULL, or what is wrong (in the arena), with the line's number. */
const char *slots_read(FILE *file, struct arena *arena, struct slot *slots, size_t count) MUST_CHECK;

#endif
