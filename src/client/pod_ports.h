/* The ports of a job, as its pod answers on them: who asks `test` gets the port's name under the instance's
 * key (docs/contract.md, "Port probe"). */
#ifndef RIGGER_CLIENT_POD_PORTS_H
#define RIGGER_CLIENT_POD_PORTS_H

#include "core/attributes.h"
#include "crypto/aes.h"

#include <stddef.h>
#include <stdint.h>

#define POD_PORTS_MAX 30 /* besides the two that every pod has */

struct pod_port {
    const char *proto; /* "tcp", "udp" or "http" */
    uint16_t internal, external;
};

struct pod_ports;

/* Listens on the external ports of all addresses and answers in a thread of its own. NULL: a port cannot be
 * had. */
struct pod_ports *pod_ports_open(const struct pod_port *ports, size_t count,
                                 const unsigned char key[AES128_KEY_BYTES]) MUST_CHECK;

/* Stops answering. NULL is ignored. */
void pod_ports_close(struct pod_ports *ports);

#endif
