/* Makes Unix sockets for the web server to connect to, or finds those that systemd has made. */
#include "server/listener.h"

#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG            4096
#define FIRST_INHERITED_FD 3 /* sd_listen_fds(3) */

static bool set_group(const char *path, const char *group)
{
    struct group *entry;

    if (group[0] == '\0')
        return true;
    entry = getgrnam(group);
    if (entry == NULL) {
        log_event(LOG_LEVEL_ERROR, "[server] socket_group: there is no group %s", group);
        return false;
    }
    return chown(path, (uid_t)-1, entry->gr_gid) == 0;
}

/* True if a server listens behind the path. */
static bool somebody_answers(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool answers = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;

    if (fd >= 0)
        close(fd);
    return answers;
}

int listener_open(const char *path, mode_t mode, const char *group)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = -1;

    if (strlen(path) >= sizeof(address.sun_path)) {
        log_event(LOG_LEVEL_ERROR, "the path of a socket is longer than %zu bytes, write a shorter one: %s",
                  sizeof(address.sun_path) - 1, path);
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    /* rule: server.taken_socket */
    if (somebody_answers(&address)) {
        log_event(LOG_LEVEL_ERROR, "another program listens on %s already: end it, or write another path",
                  path);
        return -1;
    }
    if (unlink(path) != 0 && errno != ENOENT)
        goto failed;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || fchmod(fd, 0600) != 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        !set_group(path, group) || chmod(path, mode) != 0 || listen(fd, BACKLOG) != 0)
        goto failed;
    return fd;

failed:
    log_event(LOG_LEVEL_ERROR, "cannot listen on %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

int listener_inherited(const char *name)
{
    const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");

    /* rule: server.inherited_pid */
    if (pid == NULL || count == NULL || names == NULL || strtol(pid, NULL, 10) != (long)getpid())
        return -1;
    for (long i = 0; i < strtol(count, NULL, 10) && *names != '\0'; i++) {
        size_t length = strcspn(names, ":");
        int fd = FIRST_INHERITED_FD + (int)i;

        /* rule: server.inherited_listens */
        if (strlen(name) == length && memcmp(name, names, length) == 0 && listener_is(fd)) {
            fcntl(fd, F_SETFD, FD_CLOEXEC);
            fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
            return fd;
        }
        names += length + (names[length] == ':');
    }
    return -1;
}

bool listener_is(int fd)
{
    int listening = 0;
    socklen_t length = sizeof(listening);

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 && listening != 0;
}
