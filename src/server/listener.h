/* The sockets that the web server connects to, one a pool. The master makes them at its start, or takes over
 * those of systemd. */
#ifndef RIGGER_SERVER_LISTENER_H
#define RIGGER_SERVER_LISTENER_H

#include "core/attributes.h"

#include <stdbool.h>
#include <sys/types.h>

/* Binds a Unix socket with that mode and, unless empty, group. A socket that is there is replaced only if
 * nobody answers on it, or nobody but processes whose master has ended. Returns the non-blocking,
 * close-on-exec descriptor, -1 with a line in the log. */
int listener_open(const char *path, mode_t mode, const char *group) MUST_CHECK;

/* The descriptor that systemd passed under that name (FileDescriptorName=), -1 if none. */
int listener_inherited(const char *name) MUST_CHECK;

/* True if fd is a listening socket. */
bool listener_is(int fd);

#endif
