/* Verifies an instance of an SDK before 0.3.0 by asking it (docs/attestation.md, "Old SDKs"). For the process
 * that verifies in the background: it takes up to minutes and waits for networks. Never call it with a
 * transaction open. */
#ifndef RIGGER_OLD_SDK_VERIFY_H
#define RIGGER_OLD_SDK_VERIFY_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"
#include "core/refusal.h"
#include "old_sdk/instance.h"

#include <stdbool.h>

enum old_sdk_verdict {
    OLD_SDK_PASSED,
    OLD_SDK_FAILED,   /* *failure says why; for its miner */
    OLD_SDK_UNJUDGED, /* not the instance's doing, or told to stop: another time */
};

/* should_stop is asked before each question: true gives up. */
enum old_sdk_verdict old_sdk_verify(const struct config *config, struct arena *arena,
                                    const struct old_sdk_instance *instance, bool (*should_stop)(void),
                                    enum refusal *failure) MUST_CHECK;

#endif
