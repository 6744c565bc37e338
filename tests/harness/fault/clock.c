/*
 * A wall clock that can be stepped while a program runs: preloaded (LD_PRELOAD) into the responder and into
 * PostgreSQL by tests/fault/clock_stepped.py. The environment's WALL_CLOCK names a file of eight bytes, how
 * many seconds the clock is ahead (negative: behind), which is mapped before the program begins, so that one
 * who may open no files any more sees the step all the same. The monotonic clock is left as it is: the
 * kernel's goes on evenly as well when somebody sets the time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead_s;
static int (*their_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void map_clock(void)
{
    const char *path = getenv("WALL_CLOCK");
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = fd >= 0 ? mmap(NULL, sizeof(*ahead_s), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

    if (page != MAP_FAILED)
        ahead_s = page;
    if (fd >= 0)
        close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int result;

    if (their_clock_gettime == NULL)
        *(void **)&their_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    result = their_clock_gettime(clock, now);
    if (result == 0 && ahead_s != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += *ahead_s;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);

    (void)zone;
    *now = (struct timeval){ .tv_sec = exact.tv_sec, .tv_usec = exact.tv_nsec / 1000 };
    return result;
}

time_t time(time_t *out)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
