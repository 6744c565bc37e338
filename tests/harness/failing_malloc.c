/* A library to preload into `rigger serve`: it makes the n-th allocation of a request fail, and counts.
 *
 * A file that the environment variable FAILING_MALLOC names is mapped (struct control). While `armed`, a
 * process that has accepted a connection forks: the child serves the request, with allocations that fail as
 * `first` and `last` say, tells in `state` how it ended, and is gone; its parent waits for that and then
 * takes the connection for none. So each request meets the same worker, whatever became of the one before.
 * The connections to the database, which the two share, are shut each time: every request opens one, prepares
 * and asks.
 *
 * Everything here must do without memory, and call nothing that takes any. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 256

/* tests/harness/allocations.py has the same, in the same order. */
struct control {
    _Atomic int64_t armed;       /* requests are served by children */
    _Atomic int64_t first, last; /* numbers of the allocations that fail, from 1; 0: none */
    _Atomic int64_t served;      /* how many children have ended */
    _Atomic int64_t state;       /* of the last one, as waitpid tells */
    _Atomic int64_t count;       /* of its allocations */
    _Atomic int64_t failed;      /* how many of them failed */
};

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static struct control *control;
static bool counting; /* this is a child, with its request in hand */
static pid_t grandparent;
static int served; /* its connection; -1: it is closed */

__attribute__((constructor)) static void map_control(void)
{
    const char *path = getenv("FAILING_MALLOC");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped;

    if (fd < 0)
        return;
    mapped = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED)
        control = mapped;
    close(fd);
}

static bool fails(void)
{
    int64_t number;

    if (!counting)
        return false;
    number = atomic_fetch_add(&control->count, 1) + 1;
    if (number < control->first || number > control->last || control->first == 0)
        return false;
    atomic_fetch_add(&control->failed, 1);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return size != 0 && fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(old, bytes);
}

void *memalign(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    *memory = memalign(alignment, size);
    return *memory == NULL ? ENOMEM : 0;
}

int close(int fd)
{
    if (counting && fd == served)
        served = -1;
    return (int)syscall(SYS_close, fd);
}

/* A worker that waits for connections: in a child its request is behind it. */
int epoll_pwait(int fd, struct epoll_event *events, int max, int timeout_ms, const sigset_t *signals)
{
    if (counting && served < 0) {
        counting = false;
        _exit(0);
    }
    return (int)syscall(SYS_epoll_pwait, fd, events, max, timeout_ms, signals, _NSIG / 8);
}

/* A child asks for its parent: the one that it stands for has another. */
pid_t getppid(void)
{
    return counting ? grandparent : (pid_t)syscall(SYS_getppid);
}

/* Streams and datagrams that lead somewhere. The sockets between the processes, which are SEQPACKET, stay. */
static void shut_connections(void)
{
    for (int fd = 3; fd < DESCRIPTORS_MAX; fd++) {
        struct sockaddr_storage peer;
        socklen_t length = sizeof(peer), type_length = sizeof(int);
        int type = 0;

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length) == 0 && type == SOCK_STREAM &&
            getpeername(fd, (struct sockaddr *)&peer, &length) == 0)
            shutdown(fd, SHUT_RDWR);
    }
}

static int serve_in_child(int fd)
{
    int state = 0;
    pid_t pid;

    grandparent = (pid_t)syscall(SYS_getppid);
    pid = fork();
    if (pid == 0) {
        served = fd;
        counting = true;
        return fd;
    }
    syscall(SYS_close, fd);
    while (pid > 0 && waitpid(pid, &state, 0) < 0 && errno == EINTR)
        continue;
    shut_connections();
    control->state = state;
    control->served++;
    errno = EAGAIN;
    return -1;
}

int accept4(int listener, struct sockaddr *peer, socklen_t *length, int flags)
{
    int fd = (int)syscall(SYS_accept4, listener, peer, length, flags);

    if (fd < 0 || control == NULL || !control->armed)
        return fd;
    return serve_in_child(fd);
}
