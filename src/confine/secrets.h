/* Which secrets a process keeps. Each is needed by few of them, and the master's children get all of them
 * with the configuration. */
#ifndef RIGGER_CONFINE_SECRETS_H
#define RIGGER_CONFINE_SECRETS_H

#include "config/config.h"
#include "confine/role.h"

/* Wipes what a process of that role does not need, in its configuration and in its environment. The variables
 * of all secrets go: the configuration has been read from them. */
void secrets_forget(enum role role, struct config *config);

#endif
