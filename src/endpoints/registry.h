/* The endpoints by name; each is defined in the file of that name. */
#ifndef RIGGER_ENDPOINTS_REGISTRY_H
#define RIGGER_ENDPOINTS_REGISTRY_H

#include "exchange/endpoint.h"

extern const struct endpoint issue_launch_config, claim_launch_config, verify_launch_config,
    activate_launch_config, delete_instance, create_instance, activate_instance, token_check, ping, livez,
    readyz, metrics, openapi, docs, docs_script, docs_style;

#endif
