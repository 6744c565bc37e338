/* The protocol of sd_notify(3): each state is one datagram to a Unix socket. */
#include "server/notify.h"

#include "core/clock.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path != NULL ? strlen(path) : 0;
    int fd;

    if (length == 0 || length >= sizeof(address.sun_path))
        return;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; /* the abstract namespace */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&address,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(fd);
}

void notify_watchdog(void)
{
    static int64_t last_us;
    const char *period = getenv("WATCHDOG_USEC");
    int64_t now_us;

    if (period == NULL)
        return;
    now_us = clock_monotonic_us();
    if (now_us - last_us < strtoll(period, NULL, 10) / 2)
        return;
    last_us = now_us;
    notify_send("WATCHDOG=1");
}
