/* The asker's side. It hands one end of a stream in at the door, writes its question into the other and waits
 * for the answer there. If the process of programs ends meanwhile, the stream ends, which is no verdict. */
#include "programs/ask.h"

#include "core/buf.h"
#include "core/log.h"
#include "core/wait.h"
#include "programs/desk.h"
#include "programs/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES_MAX   ((size_t)1 << 29)
#define CHUNK_BYTES 65536

static int to_programs = -1;

void ask_through(int door)
{
    to_programs = door;
}

/* Sends a descriptor along with one byte. */
static bool hand_in(int door, int fd, int64_t deadline_ms)
{
    union {
        struct cmsghdr aligned;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { .bytes = { 0 } };
    char knock = '?';
    struct iovec bytes = { .iov_base = &knock, .iov_len = 1 };
    struct msghdr message = { .msg_iov = &bytes,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = sizeof(control.bytes) };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    while (sendmsg(door, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        if (errno != EINTR && (errno != EAGAIN || !wait_until_ready(door, POLLOUT, deadline_ms)))
            return false;
    }
    return true;
}

static bool send_all(int fd, const struct buf *bytes, int64_t deadline_ms)
{
    for (size_t sent = 0; sent < bytes->length;) {
        ssize_t taken = send(fd, bytes->data + sent, bytes->length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (taken > 0)
            sent += (size_t)taken;
        else if (errno != EINTR && (errno != EAGAIN || !wait_until_ready(fd, POLLOUT, deadline_ms)))
            return false;
    }
    return true;
}

static enum wire_state receive(int fd, struct buf *bytes, const char **answer, int64_t deadline_ms)
{
    enum wire_state state = WIRE_MORE;
    char chunk[CHUNK_BYTES];

    while (state == WIRE_MORE) {
        ssize_t got = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);

        if (got == 0 ||
            (got < 0 && errno != EINTR && (errno != EAGAIN || !wait_until_ready(fd, POLLIN, deadline_ms))))
            return WIRE_WRONG;
        if (got > 0)
            buf_append(bytes, chunk, (size_t)got);
        if (bytes->failed)
            return WIRE_WRONG;
        state = wire_read_answer(bytes, answer);
    }
    return state;
}

static char *ask_elsewhere(struct arena *arena, const struct question *question)
{
    struct buf sent, received;
    const char *answer = NULL;
    char *kept = NULL;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        log_event(LOG_LEVEL_ERROR, "no program can be asked: %s", strerror(errno));
        return NULL;
    }
    buf_init(&sent, BYTES_MAX);
    buf_init(&received, BYTES_MAX);
    wire_write_question(&sent, question);
    bool handed_in = !sent.failed && hand_in(to_programs, ends[1], question->deadline_ms);
    close(ends[1]);
    if (!handed_in || !send_all(ends[0], &sent, question->deadline_ms) ||
        receive(ends[0], &received, &answer, question->deadline_ms) != WIRE_WHOLE)
        log_event(LOG_LEVEL_ERROR, "the process of programs did not answer about %s",
                  question_setting(question->kind));
    else if (answer != NULL)
        kept = arena_strdup(arena, answer);
    close(ends[0]);
    buf_free(&sent);
    buf_free(&received);
    return kept;
}

static char *ask_here(const struct config *config, struct arena *arena, const struct question *question)
{
    struct desk *desk = desk_create(config, -1);
    struct buf answer;
    char *kept = NULL;

    buf_init(&answer, BYTES_MAX);
    if (desk != NULL && desk_answer(desk, question, &answer))
        kept = arena_strndup(arena, answer.data, answer.length);
    buf_free(&answer);
    desk_free(desk);
    return kept;
}

char *ask_program(const struct config *config, struct arena *arena, const struct question *question)
{
    struct question whole = *question;

    for (int i = 0; i < QUESTION_PARTS; i++)
        whole.part[i] = whole.part[i] != NULL ? whole.part[i] : "";
    return to_programs >= 0 ? ask_elsewhere(arena, &whole) : ask_here(config, arena, &whole);
}
