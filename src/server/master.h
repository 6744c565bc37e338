/* What `rigger serve` is: the master binds the sockets, forks the processes of the table (server/process.h)
 * and replaces those that end or exceed their deadline. It runs no code of a request, so that nothing a
 * stranger sends can end it. */
#ifndef RIGGER_SERVER_MASTER_H
#define RIGGER_SERVER_MASTER_H

#include "config/config.h"
#include "core/attributes.h"

/* Serves until SIGTERM, SIGINT or SIGQUIT. Takes config over; config_path is read again at SIGHUP (NULL: as
 * at start). Returns the exit code: 0 drained, 1 not started or had to kill. */
int master_run(struct config *config, const char *config_path) MUST_CHECK;

#endif
