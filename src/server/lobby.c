/* Guests are watched by epoll on the edge: a peer that sends a byte now and then wakes us once for each, and
 * what lies there unread wakes nobody. */
#include "server/lobby.h"

#include "core/clock.h"
#include "core/log.h"
#include "metrics/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* FastCGI specification, 8: the version, and the types of records that end a part of a request. */
#define FCGI_VERSION      1
#define FCGI_PARAMS       4
#define FCGI_STDIN        5
#define FCGI_HEADER_BYTES 8

/* A web server sends at once what it connects for; only who does not is a guest. */
#define GRACE_MS 20

enum lobby_arrival lobby_look(int fd)
{
    static unsigned char seen[LOBBY_LOOK_BYTES];
    struct pollfd peer = { .fd = fd, .events = POLLIN | POLLRDHUP };
    bool ended = poll(&peer, 1, 0) == 1 && (peer.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
    ssize_t got = recv(fd, seen, sizeof(seen), MSG_PEEK | MSG_DONTWAIT);
    size_t length = got > 0 ? (size_t)got : 0, at = 0, content;
    enum lobby_arrival arrival = LOBBY_PART;

    if (got < 0 && errno != EAGAIN && errno != EINTR)
        return LOBBY_WRONG;
    while (length > at && arrival != LOBBY_WHOLE) {
        if (seen[at] != FCGI_VERSION)
            return LOBBY_WRONG;
        if (length - at < FCGI_HEADER_BYTES)
            break;
        content = (size_t)(seen[at + 4] << 8 | seen[at + 5]);
        if (content == 0 && seen[at + 1] == FCGI_PARAMS)
            arrival = LOBBY_HEAD;
        /* rule: lobby.whole */
        if (content == 0 && seen[at + 1] == FCGI_STDIN && arrival == LOBBY_HEAD)
            arrival = LOBBY_WHOLE;
        at += FCGI_HEADER_BYTES + content + seen[at + 6];
    }
    if (ended || arrival == LOBBY_WHOLE)
        return length == 0 ? LOBBY_WRONG : LOBBY_WHOLE;
    /* rule: lobby.large */
    return length >= LOBBY_LARGE_BYTES ? LOBBY_LARGE : arrival;
}

bool lobby_open(struct lobby *lobby, int listener, int64_t head_ms, int64_t body_ms)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };

    /* Several may wait at one socket: who comes too late must not wait in accept, where no signal ends it. */
    fcntl(listener, F_SETFL, fcntl(listener, F_GETFL) | O_NONBLOCK);
    *lobby = (struct lobby){
        .listener = listener, .events = epoll_create1(EPOLL_CLOEXEC), .head_ms = head_ms, .body_ms = body_ms
    };
    if (lobby->events >= 0 && epoll_ctl(lobby->events, EPOLL_CTL_ADD, listener, &event) == 0)
        return true;
    log_event(LOG_LEVEL_ERROR, "a worker cannot wait for connections: %s", strerror(errno));
    if (lobby->events >= 0)
        close(lobby->events);
    return false;
}

void lobby_close(struct lobby *lobby)
{
    if (lobby->listener >= 0)
        epoll_ctl(lobby->events, EPOLL_CTL_DEL, lobby->listener, NULL);
    lobby->listener = -1;
}

static int take_out(struct lobby *lobby, size_t place)
{
    int fd = lobby->guests[place].fd;

    epoll_ctl(lobby->events, EPOLL_CTL_DEL, fd, NULL);
    lobby->count--;
    memmove(lobby->guests + place, lobby->guests + place + 1,
            (lobby->count - place) * sizeof(lobby->guests[0]));
    return fd;
}

/* What lies unread would make of the end a reset. */
static void end(int fd)
{
    unsigned char trash[4096];

    for (int i = 0; i < LOBBY_LOOK_BYTES / (int)sizeof(trash); i++)
        if (recv(fd, trash, sizeof(trash), MSG_DONTWAIT) <= 0)
            break;
    close(fd);
}

static void show_out(struct lobby *lobby, size_t place)
{
    end(take_out(lobby, place));
    metrics_count(METRICS_CONNECTIONS_SILENT, 1);
}

void lobby_clear(struct lobby *lobby)
{
    while (lobby->count > 0)
        show_out(lobby, 0);
    close(lobby->events);
    lobby->events = -1;
}

static void note_head(const struct lobby *lobby, struct lobby_guest *guest)
{
    guest->has_head = true;
    guest->until_ms = guest->since_ms + lobby->body_ms;
}

static void let_in(struct lobby *lobby, int fd, enum lobby_arrival arrival)
{
    int64_t now_ms = clock_monotonic_ms();
    struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.fd = fd };

    /* rule: lobby.bound */
    if (lobby->count == LOBBY_GUESTS_MAX)
        show_out(lobby, 0);
    if (epoll_ctl(lobby->events, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(fd);
        return;
    }
    lobby->guests[lobby->count] =
        (struct lobby_guest){ .fd = fd, .since_ms = now_ms, .until_ms = now_ms + lobby->head_ms };
    if (arrival == LOBBY_HEAD)
        note_head(lobby, &lobby->guests[lobby->count]);
    lobby->count++;
}

/* Whether a connection that was looked at may be taken in hand. */
static bool is_there(enum lobby_arrival arrival, bool *whole)
{
    *whole = arrival == LOBBY_WHOLE;
    return arrival == LOBBY_WHOLE || arrival == LOBBY_LARGE;
}

/* Takes a connection off the listening socket. -1: nobody, or not yet one whose request is there. */
static int welcome(struct lobby *lobby, const sigset_t *waiting, bool *whole)
{
    int fd = accept4(lobby->listener, NULL, NULL, SOCK_CLOEXEC);
    enum lobby_arrival arrival;

    /* rule: lobby.room */
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && lobby->count > 0)
        show_out(lobby, 0);
    else if (fd < 0)
        intake_failed(&lobby->intake, errno, waiting);
    if (fd < 0)
        return -1;
    intake_succeeded(&lobby->intake);
    arrival = lobby_look(fd);
    if (arrival == LOBBY_PART || arrival == LOBBY_HEAD) {
        struct pollfd peer = { .fd = fd, .events = POLLIN };

        /* Level-triggered: it waits only for the first byte. */
        (void)poll(&peer, 1, GRACE_MS);
        arrival = lobby_look(fd);
    }
    /* rule: lobby.guests */
    if (is_there(arrival, whole))
        return fd;
    if (arrival == LOBBY_WRONG)
        end(fd);
    else
        let_in(lobby, fd, arrival);
    return -1;
}

/* A guest about whom something is new. -1: it stays, or was shown out, or left before. */
static int see_to(struct lobby *lobby, int fd, bool *whole)
{
    size_t place = 0;

    while (place < lobby->count && lobby->guests[place].fd != fd)
        place++;
    if (place == lobby->count)
        return -1;

    enum lobby_arrival arrival = lobby_look(fd);
    if (is_there(arrival, whole))
        return take_out(lobby, place);
    if (arrival == LOBBY_WRONG)
        show_out(lobby, place);
    else if (arrival == LOBBY_HEAD && !lobby->guests[place].has_head)
        note_head(lobby, &lobby->guests[place]);
    return -1;
}

/* Shows out whose time is over. How long until the next one's is, in ms; -1: there is none. One whose request
 * has come while the worker was at another is let go on instead: *come, else -1. */
static int show_overdue_out(struct lobby *lobby, int *come, bool *whole)
{
    int64_t now_ms = clock_monotonic_ms();
    int next_ms = -1;

    *come = -1;
    for (size_t place = lobby->count; place-- > 0 && *come < 0;) {
        int64_t until_ms = lobby->guests[place].until_ms;

        /* rule: lobby.limit */
        if (until_ms <= now_ms) {
            /* rule: lobby.came */
            if (is_there(lobby_look(lobby->guests[place].fd), whole))
                *come = take_out(lobby, place);
            else
                show_out(lobby, place);
        } else if (next_ms < 0 || until_ms - now_ms < next_ms)
            next_ms = (int)(until_ms - now_ms);
    }
    return next_ms;
}

int lobby_next(struct lobby *lobby, const sigset_t *waiting, bool *whole)
{
    /* One at a time: an edge that was told and not looked at would not be told again. */
    struct epoll_event event;
    int come, left_ms = show_overdue_out(lobby, &come, whole), count;

    if (come >= 0)
        return come;
    if (lobby->listener < 0 && lobby->count == 0)
        return -1;
    count = epoll_pwait(lobby->events, &event, 1, left_ms, waiting);
    if (count < 0)
        intake_failed(&lobby->intake, errno, waiting);
    if (count != 1 || (event.data.fd == lobby->listener && intake_is_over()))
        return -1;
    return event.data.fd == lobby->listener ? welcome(lobby, waiting, whole)
                                            : see_to(lobby, event.data.fd, whole);
}
