/* Binds libfcgi to struct transport. We accept the connection ourselves and hand it over as a kept one, so
 * that the library neither accepts nor closes: its own accept can be held up by a silent peer. */
#include "server/transport_fcgi.h"

#include "core/clock.h"

#include <errno.h>
#include <fcgiapp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define RESPONDER_ROLE 1 /* FCGI_RESPONDER of the FastCGI specification, 6.1 */
#define LINGER_MS      2000

struct fcgi_connection {
    struct transport transport; /* first: a transport is its connection */
    FCGX_Request request;
    int64_t body_until_ms; /* when the time of what is to come is over; 0: all has come */
};

/* A timer that ends what the library reads, whatever a peer sends now and then: the reading side of the
 * connection is shut, and the library finds its end. */
static timer_t receiving;
static volatile sig_atomic_t receiving_fd = -1;

static void on_overdue(int signal_number)
{
    int kept_errno = errno;

    (void)signal_number;
    if (receiving_fd >= 0)
        shutdown(receiving_fd, SHUT_RD);
    errno = kept_errno;
}

bool fcgi_prepare(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
    struct sigaction overdue = { .sa_handler = on_overdue, .sa_flags = SA_RESTART };
    sigset_t set;

    if (FCGX_Init() != 0 || sigaction(SIGRTMIN, &overdue, NULL) != 0 ||
        timer_create(CLOCK_MONOTONIC, &event, &receiving) != 0)
        return false;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    return sigprocmask(SIG_UNBLOCK, &set, NULL) == 0;
}

/* From here to end_receiving nothing is read after that moment of clock_monotonic_ms. */
static void begin_receiving(int fd, int64_t until_ms)
{
    int left_ms = clock_remaining_ms(until_ms);
    struct itimerspec limit = { .it_value = { left_ms / 1000, left_ms % 1000 * 1000000L } };

    receiving_fd = fd;
    if (left_ms == 0)
        shutdown(fd, SHUT_RD);
    else
        timer_settime(receiving, 0, &limit, NULL);
}

static void end_receiving(void)
{
    static const struct itimerspec never;

    timer_settime(receiving, 0, &never, NULL);
    receiving_fd = -1;
}

static ssize_t read_body(struct transport *transport, void *data, size_t length)
{
    struct fcgi_connection *connection = (struct fcgi_connection *)transport;
    int wanted = length > 65536 ? 65536 : (int)length, got;

    if (connection->body_until_ms != 0)
        begin_receiving(connection->request.ipcFd, connection->body_until_ms);
    got = FCGX_GetStr(data, wanted, connection->request.in);
    if (connection->body_until_ms != 0)
        end_receiving();
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

/* Whether a request of ours was read. The library closes the connection where it was not, and waits for the
 * peer before. */
static bool accept_request(struct fcgi_connection *connection)
{
    FCGX_Request *request = &connection->request;
    bool accepted;

    if (connection->body_until_ms != 0)
        begin_receiving(request->ipcFd, connection->body_until_ms);
    accepted = FCGX_Accept_r(request) >= 0 && request->in != NULL;
    if (connection->body_until_ms != 0)
        end_receiving();
    /* Truncated PARAMS would otherwise pass for a request with headers missing. */
    return accepted && FCGX_GetError(request->in) == 0 && request->role == RESPONDER_ROLE;
}

struct fcgi_connection *fcgi_open(int fd, bool whole, const struct fcgi_limits *limits)
{
    struct fcgi_connection *connection = calloc(1, sizeof(*connection));

    if (connection == NULL || FCGX_InitRequest(&connection->request, -1, FCGI_FAIL_ACCEPT_ON_INTR) != 0) {
        free(connection);
        close(fd);
        return NULL;
    }
    limit_time(fd, limits->io_ms);
    /* What lies in the buffer can still be read, and behind it is the end: neither a request that is not
     * what it seemed nor a peer that does not go can make the library wait. */
    /* rule: transport.nothing_to_come */
    if (whole)
        shutdown(fd, SHUT_RD);
    else
        connection->body_until_ms = clock_monotonic_ms() + limits->body_ms;
    connection->request.ipcFd = fd;
    connection->request.keepConnection = 1;
    if (!accept_request(connection)) {
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
    bool may_wait = connection->body_until_ms != 0 && connection->request.ipcFd >= 0;

    /* Where the web server did not ask for a kept connection the library ends our side, then reads until the
     * peer ends its own: Apache still sends the rest of a body, and must not find us gone. */
    if (may_wait)
        begin_receiving(connection->request.ipcFd, clock_monotonic_ms() + LINGER_MS);
    FCGX_Finish_r(&connection->request);
    if (may_wait)
        end_receiving();
    FCGX_Free(&connection->request, 0);
    /* The library was told to keep the connection; where it met an error it has closed it all the same. */
    if (connection->request.ipcFd >= 0)
        close(connection->request.ipcFd);
    free(connection);
}
