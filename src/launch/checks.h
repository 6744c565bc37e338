/* The checks of a launch, in the order in which they run. Called by claim.c and attempt.c. They may use the
 * network and take seconds: never call them with a transaction open. */
#ifndef RIGGER_LAUNCH_CHECKS_H
#define RIGGER_LAUNCH_CHECKS_H

#include "core/attributes.h"
#include "core/refusal.h"
#include "core/status.h"
#include "launch/launch.h"

#include <stdbool.h>

enum launch_moment {
    LAUNCH_CLAIM,  /* before anything is reserved */
    LAUNCH_ATTEMPT /* while an attempt holds the challenge */
};

/* True if any check of that moment is configured; else nothing need be known of the launch. */
bool checks_are_configured(const struct config *config, enum launch_moment moment) MUST_CHECK;

/* Runs the checks of that moment that apply to the launch, until one fails. *failure says why; REFUSAL_NONE:
 * all passed. Anything but STATUS_OK: one gave no verdict, which is not the pod's doing. */
enum status checks_run(const struct launch *launch, enum launch_moment moment,
                       enum refusal *failure) MUST_CHECK;

#endif
