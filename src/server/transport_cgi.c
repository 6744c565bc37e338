/* Reads the body from standard input and writes the answer to standard output; a signal interrupts neither.
 */
#include "server/transport_cgi.h"

#include <errno.h>
#include <unistd.h>

static ssize_t read_body(struct transport *transport, void *data, size_t length)
{
    ssize_t got;

    (void)transport;
    do
        got = read(STDIN_FILENO, data, length);
    while (got < 0 && errno == EINTR);
    return got;
}

static bool write_answer(struct transport *transport, const void *data, size_t length)
{
    const char *bytes = data;

    (void)transport;
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

struct transport *cgi_transport(void)
{
    static struct transport transport = { .read = read_body, .write = write_answer };

    transport.environment = environ;
    return &transport;
}
