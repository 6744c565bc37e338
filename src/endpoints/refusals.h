/* What several endpoints may refuse alike, for their lists `refusals`, from which the OpenAPI document is
 * made. What follows from an endpoint's policy or tables (no credential, a body that is too large, …) is in
 * none of these lists: endpoints/openapi_document.c knows it.
 */
#ifndef RIGGER_ENDPOINTS_REFUSALS_H
#define RIGGER_ENDPOINTS_REFUSALS_H

#include "core/refusal.h"

/* A hotkey that did not sign this request: that of a launch config. */
#define HOTKEY_REFUSALS REFUSAL_HOTKEY_UNREGISTERED, REFUSAL_HOTKEY_BLACKLISTED

/* The chute, a job or a rolling update is described in a way that cannot be used, or the chute has no place
 * for one more instance of this miner. */
#define CAPACITY_REFUSALS                                                                                    \
    REFUSAL_DESCRIPTION_UNUSABLE, REFUSAL_ROLLING_UPDATE_QUOTA, REFUSAL_CHUTE_FULL, REFUSAL_LAST_PLACE_KEPT

/* The host of a new instance, by attest/host.h, and its port. */
#define HOST_REFUSALS                                                                                        \
    REFUSAL_HOST_MALFORMED, REFUSAL_HOST_NOT_QUALIFIED, REFUSAL_HOST_UNRESOLVED,                             \
        REFUSAL_HOST_ADDRESSES_TOO_MANY, REFUSAL_HOST_NOT_PUBLIC, REFUSAL_HOST_OWN, REFUSAL_HOST_PORT_TAKEN

/* The GPUs of a new instance. */
#define GPU_REFUSALS                                                                                         \
    REFUSAL_GPU_COUNT_WRONG, REFUSAL_GPU_NOT_OWNED, REFUSAL_GPU_NOT_VERIFIED, REFUSAL_GPU_IN_USE,            \
        REFUSAL_GPU_NOT_ALLOWED, REFUSAL_GPU_HOST_DIFFERS, REFUSAL_GPU_TAKEN, REFUSAL_GPU_PAUSED

#endif
