/* The master: binds the sockets, forks the workers, replaces those that die or wedge. It runs no request
 * code. */
#ifndef RIGGER_SERVER_MASTER_H
#define RIGGER_SERVER_MASTER_H

#include "config/config.h"
#include "core/attributes.h"

/* Serves until SIGTERM, SIGINT or SIGQUIT. Takes config over; config_path is read again at SIGHUP (NULL: as
 * at start). Returns the exit code: 0 drained, 1 not started or had to kill. */
int master_run(struct config *config, const char *config_path) MUST_CHECK;

#endif
