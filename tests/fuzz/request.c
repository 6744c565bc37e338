/* The head and body of a request as CGI variables, a line each, behind an empty line the body: what is
 * accepted has a path of visible bytes, an id that can go into a header, and a body of the length that was
 * said. */
#include "http/request.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define VARIABLES_MAX 64
#define BODY_MAX      4096

void fuzz_request(const unsigned char *data, size_t size);

struct memory {
    struct transport transport;
    struct fuzz_rest rest;
};

static ssize_t read_memory(struct transport *transport, void *data, size_t length)
{
    struct memory *memory = (struct memory *)transport;

    if (length > memory->rest.size)
        length = memory->rest.size;
    if (length > 0)
        memcpy(data, memory->rest.data, length);
    memory->rest.data += length;
    memory->rest.size -= length;
    return (ssize_t)length;
}

static bool write_nothing(struct transport *transport, const void *data, size_t length)
{
    (void)transport;
    (void)data;
    (void)length;
    return true;
}

void fuzz_request(const unsigned char *data, size_t size)
{
    static const char *const bases[] = { "", "/api" };
    struct arena *arena = fuzz_arena();
    struct fuzz_rest rest = { data, size };
    const char *base = bases[fuzz_byte(&rest) % 2];
    char *variables[VARIABLES_MAX + 1] = { NULL };
    struct request request = { 0 };
    int count = 0;

    while (count < VARIABLES_MAX && rest.size > 0) {
        char *line = fuzz_line(arena, &rest);
        if (line[0] == '\0')
            break;
        variables[count++] = line;
    }
    struct memory memory = { { variables, read_memory, write_nothing }, rest };
    enum refusal refusal = request_read_head(&request, arena, &memory.transport, base);

    FUZZ_CHECK(request.request_id != NULL && strlen(request.request_id) <= REQUEST_ID_MAX_BYTES);
    FUZZ_CHECK(request.request_id[0] != '\0' && strpbrk(request.request_id, "\r\n \"") == NULL);
    if (refusal != REFUSAL_NONE)
        return;
    FUZZ_CHECK(request.path != NULL && request.query != NULL && request.peer != NULL);
    FUZZ_CHECK(request.path[0] == '/' && strchr(request.path, '?') == NULL);
    for (const char *at = request.path; *at != '\0'; at++)
        FUZZ_CHECK((unsigned char)*at >= ' ' && *at != 0x7f);
    if (request_read_body(&request, BODY_MAX) == REFUSAL_NONE)
        FUZZ_CHECK(request.body_length <= BODY_MAX);
}
