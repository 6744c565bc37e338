/* Binds libfcgi to struct transport. We accept the connection ourselves and hand it over as a kept one, so
 * that the library neither accepts nor closes: its own accept can be held up by a silent peer. */
#include "server/transport_fcgi.h"

#include <fcgiapp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define RESPONDER_ROLE 1 /* FCGI_RESPONDER of the FastCGI specification, 6.1 */

struct fcgi_connection {
    struct transport transport; /* first: a transport is its connection */
    FCGX_Request request;
};

bool fcgi_prepare(void)
{
    return FCGX_Init() == 0;
}

static ssize_t read_body(struct transport *transport, void *data, size_t length)
{
    struct fcgi_connection *connection = (struct fcgi_connection *)transport;
    int wanted = length > 65536 ? 65536 : (int)length, got;

    got = FCGX_GetStr(data, wanted, connection->request.in);
    if (got < wanted && FCGX_GetError(connection->request.in) != 0)
        return -1;
    return got;
}

static bool write_answer(struct transport *transport, const void *data, size_t length)
{
    struct fcgi_connection *connection = (struct fcgi_connection *)transport;
    const char *bytes = data;

    while (length > 0) {
        int part = length > 65536 ? 65536 : (int)length;

        if (FCGX_PutStr(bytes, part, connection->request.out) != part)
            return false;
        bytes += part;
        length -= (size_t)part;
    }
    return true;
}

static void limit_time(int fd, int64_t io_timeout_ms)
{
    struct timeval limit = { .tv_sec = io_timeout_ms / 1000, .tv_usec = io_timeout_ms % 1000 * 1000 };

    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

struct fcgi_connection *fcgi_open(int fd, int64_t io_timeout_ms)
{
    struct fcgi_connection *connection = calloc(1, sizeof(*connection));

    if (connection == NULL || FCGX_InitRequest(&connection->request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        free(connection);
        close(fd);
        return NULL;
    }
    limit_time(fd, io_timeout_ms);
    connection->request.ipcFd = fd;
    connection->request.keepConnection = 1;
    /* Truncated PARAMS would otherwise pass for a request with headers missing. */
    if (FCGX_Accept_r(&connection->request) < 0 || connection->request.in == NULL ||
        FCGX_GetError(connection->request.in) != 0 || connection->request.role != RESPONDER_ROLE) {
        fcgi_close(connection);
        return NULL;
    }
    connection->transport = (struct transport){
        .environment = connection->request.envp,
        .read = read_body,
        .write = write_answer,
    };
    return connection;
}

struct transport *fcgi_transport(struct fcgi_connection *connection)
{
    return &connection->transport;
}

void fcgi_close(struct fcgi_connection *connection)
{
    /* Where the web server did not ask for a kept connection the library ends our side, then reads until the
     * peer ends its own, 2 s at most: Apache still sends its empty STDIN, and must not find us gone. */
    FCGX_Finish_r(&connection->request);
    FCGX_Free(&connection->request, 0);
    /* The library was told to keep the connection; where it met an error it has closed it all the same. */
    if (connection->request.ipcFd >= 0)
        close(connection->request.ipcFd);
    free(connection);
}
