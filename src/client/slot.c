/* Reads slots from arguments and files. Nothing that it accepts needs escaping in a path or a header. */
#include "client/slot.h"

#include "core/encode.h"

#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 255
#define FIELD_COUNT    5

/* Letters, digits and what identifiers and addresses have besides. */
static bool is_plain(const char *text, const char *punctuation)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if (!isascii(text[i]) || (!isalnum((unsigned char)text[i]) && strchr(punctuation, text[i]) == NULL))
            return false;
    }
    return length > 0 && length <= NAME_MAX_BYTES;
}

const char *slot_set_seed(struct slot *slot, const char *hex)
{
    return hex_decode(slot->seed, sizeof(slot->seed), hex, strlen(hex)) ? NULL
                                                                        : "the seed must be 64 hex digits";
}

const char *slot_set_chute(struct slot *slot, const char *chute)
{
    slot->chute = chute;
    return is_plain(chute, "-_.") ? NULL : "the chute must be an identifier";
}

const char *slot_add_gpu(struct slot *slot, const char *gpu)
{
    if (slot->gpu_count == SLOT_GPUS_MAX)
        return "there are more than eight GPUs";
    slot->gpus[slot->gpu_count++] = gpu;
    return is_plain(gpu, "-_.") ? NULL : "a GPU must be a UUID";
}

const char *slot_set_host(struct slot *slot, const char *host)
{
    slot->host = host;
    return is_plain(host, "-_.:") ? NULL : "the host must be an address or a name";
}

const char *slot_set_port(struct slot *slot, const char *port)
{
    char *end;
    long number;

    errno = 0;
    number = strtol(port, &end, 10);
    if (end == port || *end != '\0' || errno != 0 || number < SLOT_PORT_MIN || number > SLOT_PORT_MAX)
        return "the port must be a number from 22 to 65534";
    slot->port = (uint16_t)number;
    return NULL;
}

const char *slot_set_job(struct slot *slot, const char *job)
{
    slot->job = job;
    return uuid_is_text(job) ? NULL : "the job must be a UUID";
}

static bool read_port(const char **text, char end, uint16_t *port)
{
    char *rest;
    long number = strtol(*text, &rest, 10);

    if (rest == *text || *rest != end || number < SLOT_PORT_MIN || number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    *text = rest + 1;
    return true;
}

const char *slot_add_job_port(struct slot *slot, const char *port)
{
    static const char *const protocols[] = { "tcp", "udp", "http" };
    struct pod_port *added = &slot->ports[slot->port_count];
    size_t length = strcspn(port, ":");

    if (slot->port_count == POD_PORTS_MAX)
        return "a job has at most 30 ports";
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
        if (strlen(protocols[i]) == length && memcmp(protocols[i], port, length) == 0)
            added->proto = protocols[i];
    }
    if (added->proto == NULL || port[length] == '\0')
        return "must be PROTO:INTERNAL:EXTERNAL, PROTO being tcp, udp or http";
    port += length + 1;
    if (!read_port(&port, ':', &added->internal) || !read_port(&port, '\0', &added->external))
        return "its ports must be numbers from 22 to 65535";
    slot->port_count++;
    return NULL;
}

static const char *read_gpus(struct slot *slot, char *list)
{
    const char *error = NULL;
    char *gpu;

    while (error == NULL && (gpu = strsep(&list, ",")) != NULL)
        error = slot_add_gpu(slot, gpu);
    return error;
}

/* One line, which it takes apart. The seed stays out of the arena. */
static const char *read_slot(struct slot *slot, char *line, struct arena *arena)
{
    char *fields[FIELD_COUNT];
    const char *error;
    size_t count = 0;

    while (count < FIELD_COUNT && (fields[count] = strsep(&line, "\t")) != NULL)
        count++;
    if (count < FIELD_COUNT || line != NULL)
        return "a line has five fields: seed, chute, GPUs, host, port";
    *slot = (struct slot){ 0 };
    error = slot_set_seed(slot, fields[0]);
    if (error == NULL)
        error = slot_set_chute(slot, arena_strdup(arena, fields[1]));
    if (error == NULL)
        error = read_gpus(slot, arena_strdup(arena, fields[2]));
    if (error == NULL)
        error = slot_set_host(slot, arena_strdup(arena, fields[3]));
    if (error == NULL)
        error = slot_set_port(slot, fields[4]);
    return error;
}

const char *slots_read(FILE *file, struct arena *arena, struct slot *slots, size_t count)
{
    const char *error = NULL;
    size_t found = 0, capacity = 0, number = 0;
    char *line = NULL;

    while (error == NULL && found < count && getline(&line, &capacity, file) >= 0) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        error = read_slot(&slots[found++], line, arena);
    }
    if (line != NULL)
        sodium_memzero(line, capacity);
    free(line);
    if (error != NULL)
        return arena_printf(arena, "line %zu: %s", number, error);
    if (ferror(file))
        return "it cannot be read";
    if (found < count)
        return arena_printf(arena,
                            "%zu lines are too few: lives that run at once need a line each, %zu in all",
                            found, count);
    return NULL;
}
