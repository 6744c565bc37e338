/* Name look-ups. getaddrinfo has no time limit of its own and cannot be interrupted, so it runs in a thread
 * that the caller stops waiting for when the time is up. The job belongs to both: whoever lets go last frees
 * it. A thread left behind ends when the resolver gives up, so their number is bounded, and no signal is ever
 * delivered to one. */
#include "net/resolve.h"

#include "core/clock.h"
#include "core/waiting.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define LOOKUP_MAX_COUNT 16 /* look-ups under way in this process, the abandoned ones included */

struct job {
    pthread_mutex_t lock;
    pthread_cond_t finished;
    int owners;
    int share;
    bool done;
    int error;
    struct addrinfo *found;
    char name[]; /* a copy: the caller's may be gone while the thread still runs */
};

static atomic_int lookups;

static struct job *job_create(const char *name, int share)
{
    size_t length = strlen(name);
    struct job *job = calloc(1, sizeof(*job) + length + 1);
    pthread_condattr_t attributes;

    if (job == NULL)
        return NULL;
    memcpy(job->name, name, length + 1);
    job->owners = 2;
    job->share = share;
    pthread_mutex_init(&job->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&job->finished, &attributes);
    pthread_condattr_destroy(&attributes);
    return job;
}

static void job_free(struct job *job)
{
    if (job->found != NULL)
        freeaddrinfo(job->found);
    pthread_cond_destroy(&job->finished);
    pthread_mutex_destroy(&job->lock);
    free(job);
}

static void job_leave(struct job *job)
{
    pthread_mutex_lock(&job->lock);
    bool last = --job->owners == 0;
    pthread_mutex_unlock(&job->lock);
    if (last)
        job_free(job);
}

static void *look_up(void *argument)
{
    struct job *job = argument;
    struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;

    int error = getaddrinfo(job->name, NULL, &hints, &found);
    atomic_fetch_sub(&lookups, 1);
    share_leave(job->share);
    pthread_mutex_lock(&job->lock);
    job->error = error;
    job->found = error == 0 ? found : NULL;
    job->done = true;
    pthread_cond_signal(&job->finished);
    pthread_mutex_unlock(&job->lock);
    job_leave(job);
    return NULL;
}

static bool job_start(struct job *job)
{
    pthread_attr_t attributes;
    pthread_t thread;
    sigset_t all, before;

    if (pthread_attr_init(&attributes) != 0)
        return false;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    /* The thread inherits the mask: a SIGTERM must reach the loop that waits for it, not the resolver. */
    sigfillset(&all);
    sigdelset(&all, SIGSYS); /* the kernel's word that a call is refused: confine/calls.h */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&thread, &attributes, look_up, job);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

static bool job_wait_slice(struct job *job, int slice_ms)
{
    int64_t until_us = clock_monotonic_us() + (int64_t)slice_ms * 1000;
    struct timespec until = { .tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000 };

    pthread_mutex_lock(&job->lock);
    while (!job->done && pthread_cond_timedwait(&job->finished, &job->lock, &until) == 0)
        continue;
    bool done = job->done;
    pthread_mutex_unlock(&job->lock);
    return done;
}

/* True if the job was done in time. */
static bool job_wait(struct job *job, int timeout_ms)
{
    int64_t until_ms = clock_monotonic_ms() + (timeout_ms < 0 ? 0 : timeout_ms);
    struct waiting waiting = waiting_begin();
    bool done = false;
    int left_ms;

    while (!done && (left_ms = clock_remaining_ms(until_ms)) > 0) {
        done = job_wait_slice(job, waiting_slice_ms(&waiting, left_ms));
        waiting_goes_on(&waiting);
    }
    return done;
}

static int copy_addresses(struct arena *arena, const struct addrinfo *found, const char **addresses, int max)
{
    char text[INET6_ADDRSTRLEN];
    int count = 0;

    for (; found != NULL && count < max; found = found->ai_next) {
        const void *bytes;
        if (found->ai_family == AF_INET)
            bytes = &((const struct sockaddr_in *)(const void *)found->ai_addr)->sin_addr;
        else if (found->ai_family == AF_INET6)
            bytes = &((const struct sockaddr_in6 *)(const void *)found->ai_addr)->sin6_addr;
        else
            continue;
        if (inet_ntop(found->ai_family, bytes, text, sizeof(text)) != NULL)
            addresses[count++] = arena_strdup(arena, text);
    }
    return count;
}

/* NULL: no thread does it. */
static struct job *job_begin(const char *name, int share)
{
    struct job *job = NULL;

    if (atomic_fetch_add(&lookups, 1) < LOOKUP_MAX_COUNT)
        job = job_create(name, share);
    if (job != NULL && job_start(job))
        return job;
    atomic_fetch_sub(&lookups, 1);
    share_leave(share);
    if (job != NULL)
        job_free(job);
    return NULL;
}

int resolve_name(struct arena *arena, const char *name, int timeout_ms, int share, const char **addresses,
                 int max)
{
    int count = RESOLVE_UNKNOWN;
    struct job *job = job_begin(name, share);

    if (job == NULL)
        return RESOLVE_UNKNOWN;
    /* Only a server that has said so says that there is none: SERVFAIL and silence are EAI_AGAIN. */
    if (job_wait(job, timeout_ms)) {
        if (job->error == 0)
            count = copy_addresses(arena, job->found, addresses, max);
        else if (job->error == EAI_NONAME || job->error == EAI_NODATA)
            count = 0;
    }
    job_leave(job);
    return count;
}
