/* The stream of one asker. Nothing here waits. */
#include "programs/asked.h"

#include "core/clock.h"
#include "programs/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK_BYTES      65536
#define ANSWER_MAX_BYTES ((size_t)1 << 29)
#define ARRIVAL_MS       60000 /* for one that says what it wants bit by bit */

struct asked *asked_make(const struct question *question)
{
    struct asked *asked = calloc(1, sizeof(*asked));

    if (asked == NULL)
        return NULL;
    asked->stream = -1;
    asked->state = ASKED_WAITING;
    asked->question = *question;
    buf_init(&asked->in, 0);
    buf_init(&asked->out, ANSWER_MAX_BYTES);
    return asked;
}

void asked_free(struct asked *asked)
{
    if (asked->stream >= 0)
        close(asked->stream);
    buf_free(&asked->in);
    buf_free(&asked->out);
    free(asked);
}

/* The descriptor that was handed in; -1: none was. */
static int take_descriptor(int door, bool *closed)
{
    union {
        struct cmsghdr aligned;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    char knock;
    struct iovec bytes = { .iov_base = &knock, .iov_len = 1 };
    struct msghdr message = { .msg_iov = &bytes,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof(control.bytes) };
    ssize_t got = recvmsg(door, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    const struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    int fd = -1;

    *closed = got == 0;
    if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(&fd, CMSG_DATA(header), sizeof(fd));
    return fd;
}

struct asked *asked_take(int door, size_t bytes_max, bool *closed)
{
    const struct question nothing = { .deadline_ms = clock_monotonic_ms() + ARRIVAL_MS };
    int stream = take_descriptor(door, closed);
    struct asked *asked = stream >= 0 ? asked_make(&nothing) : NULL;

    if (asked == NULL) {
        if (stream >= 0)
            close(stream);
        return NULL;
    }
    asked->stream = stream;
    asked->state = ASKED_ARRIVING;
    buf_free(&asked->in);
    buf_init(&asked->in, bytes_max);
    return asked;
}

void asked_answer(struct asked *asked, const struct buf *answer)
{
    asked->answered = answer != NULL;
    asked->state = asked->stream >= 0 ? ASKED_ANSWERING : ASKED_DONE;
    if (asked->stream >= 0)
        wire_write_answer(&asked->out, answer);
    else if (answer != NULL)
        buf_append(&asked->out, answer->data, answer->length);
}

struct pollfd asked_watch(const struct asked *asked)
{
    struct pollfd descriptor = { .fd = asked->stream };

    if (asked->state == ASKED_ARRIVING)
        descriptor.events = POLLIN;
    else if (asked->state == ASKED_ANSWERING)
        descriptor.events = POLLOUT;
    return descriptor;
}

static void arrive(struct asked *asked)
{
    enum wire_state state = WIRE_MORE;
    char chunk[CHUNK_BYTES];
    ssize_t got = recv(asked->stream, chunk, sizeof(chunk), MSG_DONTWAIT);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0) {
        buf_append(&asked->in, chunk, (size_t)got);
        state = asked->in.failed ? WIRE_WRONG : wire_read_question(&asked->in, &asked->question);
    }
    if (got <= 0 || state == WIRE_WRONG)
        asked->state = ASKED_DONE;
    else if (state == WIRE_WHOLE)
        asked->state = ASKED_WAITING;
}

static void send_some(struct asked *asked)
{
    ssize_t taken = send(asked->stream, asked->out.data + asked->sent, asked->out.length - asked->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);

    if (taken < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (taken > 0)
        asked->sent += (size_t)taken;
    if (taken < 0 || asked->sent == asked->out.length)
        asked->state = ASKED_DONE;
}

void asked_turn(struct asked *asked, const struct pollfd *descriptor, int64_t now_ms)
{
    bool ready = descriptor->fd >= 0 && descriptor->revents != 0;

    if (ready && asked->state == ASKED_ARRIVING)
        arrive(asked);
    else if (ready && asked->state == ASKED_ANSWERING && !asked->out.failed)
        send_some(asked);
    else if (ready) /* it has hung up */
        asked->state = ASKED_DONE;
    if (asked->state != ASKED_WORKED_ON && now_ms >= asked->question.deadline_ms)
        asked->state = ASKED_DONE;
}
