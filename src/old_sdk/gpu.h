/* The steps that ask an instance of an old SDK about its GPUs. Called by verify.c alone. */
#ifndef RIGGER_OLD_SDK_GPU_H
#define RIGGER_OLD_SDK_GPU_H

#include "core/attributes.h"
#include "old_sdk/ask.h"

/* SDK before 0.2.0: only the GPU can read the greeting. */
step gpu_greet;

/* SDK 0.2.0 and later: the GPU gets the instance's key, and then the instance can use it. */
step gpu_exchange_key;

/* Rounds of what only the very GPUs can answer; passed where the configured proof of work has no such
 * challenges. */
enum step_result gpu_challenge_devices(struct verification *verification) MUST_CHECK;

#endif
