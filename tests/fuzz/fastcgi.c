/* FastCGI records on a socket, as a web server or a stranger sends them: what is taken for a request has a
 * responder's environment, and what is answered are whole records of the version that the specification has.
 */
#include "fuzz/fuzz.h"
#include "http/request.h"
#include "server/lobby.h"
#include "server/transport_fcgi.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX_BYTES 65536 /* fits into the socket's buffer: nobody reads while we write */
#define TIMEOUT_MS      200
#define BODY_MAX        65536
#define HEADER_BYTES    8

void fuzz_fastcgi(const unsigned char *data, size_t size);

static void handle(struct transport *transport)
{
    static const char answer[] = "Status: 200 OK\r\n\r\n{}";
    struct request request = { 0 };

    FUZZ_CHECK(transport->environment != NULL);
    if (request_read_head(&request, fuzz_arena(), transport, "") == REFUSAL_NONE &&
        request_read_body(&request, BODY_MAX) == REFUSAL_NONE)
        FUZZ_CHECK(request.body_length <= BODY_MAX);
    if (!transport->write(transport, answer, strlen(answer)))
        return;
}

/* What the web server gets: records, each whole. */
static void check_answer(int fd)
{
    unsigned char answer[65536];
    size_t length = 0, at = 0;
    ssize_t got;

    while (length < sizeof(answer) && (got = read(fd, answer + length, sizeof(answer) - length)) > 0)
        length += (size_t)got;
    while (length - at >= HEADER_BYTES) {
        FUZZ_CHECK(answer[at] == 1);
        at += HEADER_BYTES + (size_t)(answer[at + 4] << 8 | answer[at + 5]) + answer[at + 6];
        FUZZ_CHECK(at <= length);
    }
    FUZZ_CHECK(at == length);
}

void fuzz_fastcgi(const unsigned char *data, size_t size)
{
    static bool prepared;
    static const struct fcgi_limits limits = { TIMEOUT_MS, TIMEOUT_MS };
    struct fcgi_connection *connection;
    int ends[2];

    if (!prepared)
        FUZZ_CHECK(fcgi_prepare());
    prepared = true;
    if (size > INPUT_MAX_BYTES || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return;
    FUZZ_CHECK(write(ends[1], data, size) == (ssize_t)size);
    shutdown(ends[1], SHUT_WR);
    /* With the reading side shut as a worker has it for a whole request, and as it has it for a large one. */
    connection = fcgi_open(ends[0], lobby_look(ends[0]) == LOBBY_WHOLE && size % 2 == 0, &limits);
    if (connection != NULL) {
        handle(fcgi_transport(connection));
        fcgi_close(connection);
    }
    check_answer(ends[1]);
    close(ends[1]);
}
