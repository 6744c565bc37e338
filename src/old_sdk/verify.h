/* Verifies an instance of an SDK before 0.3.0 by asking it (attestation.md, "Old SDKs"). Takes up to minutes
 * and waits for networks: never call it with a transaction open. */
#ifndef RIGGER_OLD_SDK_VERIFY_H
#define RIGGER_OLD_SDK_VERIFY_H

#include "config/config.h"
#include "core/arena.h"
#include "core/attributes.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of the instance. */
struct old_sdk_instance {
    const char *host, *address; /* address: vetted; NULL: host is vetted now */
    int64_t port;
    const char *symmetric_key; /* 32 hex digits */
    const char *hotkey, *sdk_version;
    const char *code, *filename, *ref_str; /* of its chute */
    /* JSON lists, by device index: [{"uuid", "device_info", "seed", "iterations"}], and what is to be read of
     * its files: [{"filename", "offset", "length", "expected"}]. */
    const char *gpus, *challenges;
};

enum old_sdk_verdict {
    OLD_SDK_PASSED,
    OLD_SDK_FAILED,   /* *fault says why; for its miner */
    OLD_SDK_UNJUDGED, /* not the instance's fault, or told to stop: another time */
};

/* should_stop is asked before each question: true gives up. */
enum old_sdk_verdict old_sdk_verify(const struct config *config, struct arena *arena,
                                    const struct old_sdk_instance *instance, bool (*should_stop)(void),
                                    const char **fault) MUST_CHECK;

#endif
