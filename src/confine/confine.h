/* What a process gives up before it takes its first request: secrets that it does not need, and all that the
 * kernel lets a process of its user do and that it has no use for. It cannot be taken back. Whoever breaks
 * into a worker is held by it; what each role keeps is in docs/security.md, "What a process may do". */
#ifndef RIGGER_CONFINE_CONFINE_H
#define RIGGER_CONFINE_CONFINE_H

#include "config/config.h"
#include "confine/role.h"
#include "core/attributes.h"

#include <stdbool.h>
#include <sys/types.h>

/* Whether this build can confine at all: sanitizers and coverage make calls of their own. */
bool confine_is_built(void) MUST_CHECK;

/* Once, where the service starts and before it makes processes: says in the log what will be missing. */
void confine_tell(const struct config *config);

/* Wipes the secrets that a process of that role does not need, before anybody keeps a pointer to one. */
void confine_forget(enum role role, struct config *config);

/* True if a file that confined processes may read has become another since the last call: those who were
 * confined before have to be renewed, which it logs. For the master, and for who has none. */
bool confine_has_aged(const struct config *config);

/* Confines this process, which has a single thread. master: who is told with SIGUSR1 that a successor is
 * wanted; 0: nobody. False: it could not, which is logged, and it must not serve. */
bool confine_enter(enum role role, const struct config *config, pid_t master) MUST_CHECK;

#endif
