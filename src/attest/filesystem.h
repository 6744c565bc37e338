/* The filesystem check "command" (docs/attestation.md, "Filesystem"): a tool of the operator's computes the
 * digest that a pod's image must have. */
#ifndef RIGGER_ATTEST_FILESYSTEM_H
#define RIGGER_ATTEST_FILESYSTEM_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"

#include <stdint.h>

/* What the digest depends on. */
struct filesystem_question {
    const char *image_id, *patch_version, *salt;
    const char *filename; /* of the chute's code, in /app, which the digest leaves out */
};

/* Compares a pod's digest (NULL: it sent none) with the tool's. *refusal: REFUSAL_FILESYSTEM_DIFFERS;
 * REFUSAL_NONE: they are the same, or the provider is `none`. Anything but STATUS_OK: the tool gave no answer
 * until deadline_ms (clock_monotonic_ms) or its own limit, which is not the pod's doing. */
enum status filesystem_check(const struct config *config, struct arena *arena,
                             const struct filesystem_question *question, const char *digest,
                             int64_t deadline_ms, enum refusal *refusal) MUST_CHECK;

#endif
