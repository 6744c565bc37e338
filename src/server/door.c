/* A SOCK_SEQPACKET pair: each knock is one message, and the end of all who may knock is seen as its end. */
#include "server/door.h"

#include "core/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

bool door_renew(struct door *door)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        log_event(LOG_LEVEL_ERROR, "cannot make a socket between processes: %s", strerror(errno));
        return false;
    }
    door_close(door);
    *door = (struct door){ .inside = ends[0], .outside = ends[1] };
    return true;
}

void door_close(struct door *door)
{
    close_one(&door->inside);
    close_one(&door->outside);
}

int door_keep(struct door *door, bool inside)
{
    close_one(inside ? &door->outside : &door->inside);
    return inside ? door->inside : door->outside;
}
