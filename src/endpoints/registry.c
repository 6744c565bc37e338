/* The endpoints that are served, nothing else: a new one is a file of its own and a line here. */
#include "endpoints/registry.h"

const struct endpoint *const endpoint_registry[] = {
    &issue_launch_config,
    &claim_launch_config,
    &verify_launch_config,
    &activate_launch_config,
    &delete_instance,
    &create_instance,
    &activate_instance,
    &token_check,
    &ping,
    &livez,
    &readyz,
    &metrics,
    &openapi,
    &docs,
    &docs_script,
    &docs_style,
    NULL,
};
