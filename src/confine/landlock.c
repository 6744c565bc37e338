/* The numbers are those of the kernel's <linux/landlock.h>, as of its version 6.12. */
#include "confine/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on every architecture. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#define ASK_VERSION (1u << 0)

#define RULE_PATH 1
#define RULE_PORT 2

#define READ_FILE ((uint64_t)1 << 2)
#define READ_DIR  ((uint64_t)1 << 3)

#define BIND_TCP    ((uint64_t)1 << 0)
#define CONNECT_TCP ((uint64_t)1 << 1)

#define SCOPE_ABSTRACT ((uint64_t)1 << 0)

struct ruleset_attributes {
    uint64_t files, ports, scoped;
};

struct path_attributes {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed));

struct port_attributes {
    uint64_t allowed, port;
};

int landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);

    return version < 0 ? 0 : (int)version;
}

/* All that a version knows to restrict about files: execute, write, read, … each has a bit. */
static uint64_t all_of_files(int version)
{
    static const int bits[] = { 0, 13, 14, 15, 15, 16 }; /* by version; the last holds for later ones */
    size_t last = sizeof(bits) / sizeof(bits[0]) - 1;

    return ((uint64_t)1 << bits[(size_t)version < last ? (size_t)version : last]) - 1;
}

static int allow_ports(int ruleset, const struct landlock_rules *rules)
{
    for (size_t i = 0; i < rules->port_count; i++) {
        struct port_attributes port = { .allowed = CONNECT_TCP, .port = rules->port[i] };

        if (syscall(SYS_landlock_add_rule, ruleset, RULE_PORT, &port, 0) != 0)
            return -errno;
    }
    return 0;
}

int landlock_begin(const struct landlock_rules *rules)
{
    int version = landlock_version(), ruleset, error;
    struct ruleset_attributes all = { .files = all_of_files(version) };
    size_t size = sizeof(all.files);

    if (version >= LANDLOCK_PORTS) {
        /* rule: confine.ports */
        all.ports = BIND_TCP | (rules->any_port ? 0 : CONNECT_TCP);
        size += sizeof(all.ports);
    }
    if (version >= LANDLOCK_ABSTRACT) {
        all.scoped = rules->any_abstract ? 0 : SCOPE_ABSTRACT;
        size += sizeof(all.scoped);
    }
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &all, size, 0);
    if (ruleset < 0)
        return -errno;
    error = version >= LANDLOCK_PORTS && !rules->any_port ? allow_ports(ruleset, rules) : 0;
    if (error == 0)
        return ruleset;
    close(ruleset);
    return error;
}

int landlock_allow_reading(int ruleset, const char *path)
{
    struct path_attributes place = { .allowed = READ_FILE };
    int fd = open(path, O_PATH | O_CLOEXEC), error = 0;
    struct stat status;

    if (fd < 0)
        return 0;
    if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
        place.allowed |= READ_DIR;
    place.folder = fd;
    if (syscall(SYS_landlock_add_rule, ruleset, RULE_PATH, &place, 0) != 0)
        error = -errno;
    close(fd);
    return error;
}

int landlock_end(int ruleset)
{
    int error = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : -errno;

    close(ruleset);
    return error;
}
