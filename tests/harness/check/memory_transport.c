/* A transport over two buffers. */
#include "check/memory_transport.h"

#include <check.h>
#include <string.h>

/* In small pieces, as a network gives them. */
static ssize_t read_memory(struct transport *transport, void *data, size_t length)
{
    struct memory_transport *memory = (struct memory_transport *)transport;
    size_t left = strlen(memory->body) - memory->position;

    if (length > 3)
        length = 3;
    if (length > left)
        length = left;
    memcpy(data, memory->body + memory->position, length);
    memory->position += length;
    return (ssize_t)length;
}

static bool write_memory(struct transport *transport, const void *data, size_t length)
{
    struct memory_transport *memory = (struct memory_transport *)transport;

    if (length > memory->room)
        return false;
    memcpy(memory->written + memory->written_length, data, length);
    memory->written_length += length;
    memory->room -= length;
    return true;
}

void memory_transport_prepare(struct memory_transport *memory, char **environment, const char *body)
{
    *memory = (struct memory_transport){ .body = body, .room = sizeof(memory->written) - 1 };
    memory->transport =
        (struct transport){ .environment = environment, .read = read_memory, .write = write_memory };
}

void memory_transport_read_head(struct memory_transport *memory, char **environment, struct request *request,
                                struct arena *arena)
{
    memory_transport_prepare(memory, environment, "");
    ck_assert_int_eq(request_read_head(request, arena, &memory->transport, ""), REFUSAL_NONE);
}
