/* Makes Unix sockets for the web server to connect to, or finds those that systemd has made. */
#include "server/listener.h"

#include "core/clock.h"
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG            4096
#define FULL_WAIT_MS       5000
#define FULL_PAUSE_MS      50
#define STAT_BYTES         256 /* its begin is enough */
#define FIRST_INHERITED_FD 3   /* sd_listen_fds(3) */

enum holder {
    HELD_BY_NOBODY,
    HELD_BY_ORPHANS,
    HELD_BY_ANOTHER,
    HELD_AND_FULL, /* by whom, it does not say */
};

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

/* True if the process has ended, whether or not its parent has taken note. */
static bool has_ended(pid_t pid)
{
    char path[32], text[STAT_BYTES];
    const char *state;
    ssize_t length;
    int fd;

    if (kill(pid, 0) != 0)
        return errno == ESRCH;
    snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    length = read(fd, text, sizeof(text) - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    state = strrchr(text, ')'); /* proc(5): behind the program's name, which may hold anything */
    return state != NULL && strncmp(state, ") Z", 3) == 0;
}

/* Who answers behind the path. The kernel tells who began to listen there: where that process has ended, it
 * is its orphans that hold the socket, and they end when they have finished what they have in hand. */
static enum holder look_at(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct ucred owner = { 0 };
    socklen_t length = sizeof(owner);
    enum holder holder = HELD_BY_NOBODY;

    if (fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0) {
        holder = HELD_BY_ANOTHER;
        /* rule: server.orphaned_socket */
        if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &owner, &length) == 0 && owner.pid > 0 &&
            has_ended(owner.pid))
            holder = HELD_BY_ORPHANS;
    } else if (fd >= 0 && errno == EAGAIN) {
        holder = HELD_AND_FULL;
    }
    if (fd >= 0)
        close(fd);
    return holder;
}

/* True if the path may be taken. */
static bool is_free(const struct sockaddr_un *address)
{
    int64_t until_ms = clock_monotonic_ms() + FULL_WAIT_MS;
    enum holder holder = look_at(address);

    /* Nobody says who owns a socket at which too many wait already: if it is orphans, they end. */
    while (holder == HELD_AND_FULL && clock_pause(FULL_PAUSE_MS, until_ms))
        holder = look_at(address);
    if (holder == HELD_BY_ORPHANS)
        log_event(LOG_LEVEL_WARNING,
                  "processes of a server that has ended still finish their requests on %s: it is taken over",
                  address->sun_path);
    return holder == HELD_BY_NOBODY || holder == HELD_BY_ORPHANS;
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
    if (!is_free(&address)) {
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
