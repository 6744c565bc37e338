/* Where a connection string leads and what it makes libpq read, before anybody connects: for what is kept
 * from a process (confine/confine.h). */
#ifndef RIGGER_DB_PORTS_H
#define RIGGER_DB_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_PORTS_MAX 32

struct db_ports {
    bool internet; /* a host of it is no Unix socket */
    bool abstract; /* a host of it is a Unix socket with an abstract name */
    bool any;      /* its ports cannot be told: a service file names them, or there are too many */
    size_t count;
    uint16_t port[DB_PORTS_MAX];
};

/* As libpq reads the string and the environment. In doubt it leads to the internet, and any port. */
void db_ports_of(const char *dsn, struct db_ports *ports);

/* Hands over the files and folders that libpq may read for it: passwords, certificates, services. Not all are
 * there. */
void db_files_of(const char *dsn, void (*take)(void *to, const char *path), void *to);

#endif
