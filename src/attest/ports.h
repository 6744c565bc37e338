/* Reachability of a job's ports (docs/contract.md, "Port probe"): every mapping is asked for its answer under
 * the instance's key, all at once, at the address that was vetted. */
#ifndef RIGGER_ATTEST_PORTS_H
#define RIGGER_ATTEST_PORTS_H

#include "core/attributes.h"
#include "crypto/aes.h"

#include <json-c/json.h>
#include <stdint.h>

#define PORTS_MAX          32
#define PORTS_TIMEOUT_MS   10000 /* for one port */
#define PORTS_ANSWER_BYTES 1024

enum ports_verdict {
    PORTS_WRONG,
    PORTS_RIGHT,  /* every port gave the right answer */
    PORTS_UNASKED /* this machine had no descriptor or memory to ask them all, which is not the pod's fault */
};

/* Probes the mappings (a JSON list of {"internal_port","external_port","proto"}, at most PORTS_MAX) at
 * address, an inet_pton form, until deadline_ms (clock_monotonic_ms) or PORTS_TIMEOUT_MS. */
enum ports_verdict ports_answer(const char *address, json_object *mappings,
                                const unsigned char key[AES128_KEY_BYTES], int64_t deadline_ms) MUST_CHECK;

#endif
