/* What comes on a connection while it waits in the lobby, bit by bit: looking takes nothing away and says the
 * same again, a request only ever comes further, what is no FastCGI never becomes one, and what ends is taken
 * in hand or turned away. */
#include "server/lobby.h"
#include "fuzz/fuzz.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX_BYTES 8192 /* less than LOBBY_LARGE_BYTES */

void fuzz_lobby(const unsigned char *data, size_t size);

static enum lobby_arrival look(int fd, size_t unread)
{
    enum lobby_arrival arrival = lobby_look(fd);
    int left = 0;

    FUZZ_CHECK(lobby_look(fd) == arrival && arrival != LOBBY_LARGE);
    FUZZ_CHECK(ioctl(fd, FIONREAD, &left) == 0 && (size_t)left == unread);
    return arrival;
}

void fuzz_lobby(const unsigned char *data, size_t size)
{
    struct fuzz_rest rest = { data, size };
    size_t part = fuzz_byte(&rest) + (size_t)1, sent = 0;
    enum lobby_arrival arrival = LOBBY_PART, before;
    int ends[2];

    if (rest.size > INPUT_MAX_BYTES || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    FUZZ_CHECK(look(ends[0], 0) == LOBBY_PART);
    if (rest.size / part > 64) /* many small writes fill a socket's buffer */
        part = rest.size / 64 + 1;
    while (sent < rest.size) {
        size_t length = rest.size - sent < part ? rest.size - sent : part;

        FUZZ_CHECK(write(ends[1], rest.data + sent, length) == (ssize_t)length);
        sent += length;
        before = arrival;
        arrival = look(ends[0], sent);
        FUZZ_CHECK(before != LOBBY_WRONG || arrival == LOBBY_WRONG);
        FUZZ_CHECK(before != LOBBY_WHOLE || arrival == LOBBY_WHOLE);
        FUZZ_CHECK(before != LOBBY_HEAD || arrival != LOBBY_PART);
        FUZZ_CHECK(rest.data[0] == 1 || arrival == LOBBY_WRONG);
    }
    shutdown(ends[1], SHUT_WR);
    before = arrival;
    arrival = look(ends[0], sent);
    FUZZ_CHECK(arrival == (before == LOBBY_WRONG || sent == 0 ? LOBBY_WRONG : LOBBY_WHOLE));
    close(ends[0]);
    close(ends[1]);
}
