/* A list. Folders are as narrow as they can be; nothing of /proc is in it that tells of a process. */
#include "confine/files.h"

#include "db/ports.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const readable[] = {
    /* modules of the C library, of OpenSSL; locales, time zones, certificates */
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share", "/usr/local/lib", "/usr/local/share",
    "/usr/local/ssl", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/ld.so.cache", "/etc/localtime",
    /* names of users, hosts and services */
    "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/hosts", "/etc/gai.conf",
    "/etc/resolv.conf", "/etc/services", "/etc/protocols", "/run/systemd/resolve", "/run/systemd/userdb",
    "/run/resolvconf", "/run/NetworkManager", "/run/nscd", "/var/lib/sss",
    /* libpq, its service file and Kerberos */
    "/etc/postgresql-common", "/etc/krb5.conf", "/etc/krb5.conf.d", "/etc/gss",
    /* the kernel's */
    "/dev/null", "/dev/random", "/dev/urandom", "/sys/devices/system/cpu", "/proc/sys/crypto",
    "/proc/sys/vm/overcommit_memory"
};

static const char *const variables[] = { "OPENSSL_CONF", "SSL_CERT_FILE", "SSL_CERT_DIR", "KRB5_CONFIG" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void files_each(const struct config *config, void (*take)(void *to, const char *path), void *to)
{
    for (size_t i = 0; i < COUNT(readable); i++)
        take(to, readable[i]);
    for (size_t i = 0; i < COUNT(variables); i++) {
        const char *path = getenv(variables[i]);

        if (path != NULL && path[0] == '/')
            take(to, path);
    }
    db_files_of(config->database.dsn, take, to);
}

/* Mixes which file it is into a sum; a folder's is whether it is there. */
static void mix(void *to, const char *path)
{
    uint64_t *sum = to, one = 1;
    struct stat status;

    if (stat(path, &status) == 0)
        one = S_ISDIR(status.st_mode) ? 2 : status.st_ino * 31 + status.st_dev;
    *sum = (*sum ^ one) * 0x100000001b3; /* as FNV-1a does with bytes */
}

bool files_are_others(const struct config *config)
{
    static uint64_t before;
    uint64_t now = 0xcbf29ce484222325;
    bool others;

    files_each(config, mix, &now);
    others = before != 0 && before != now;
    before = now;
    return others;
}
