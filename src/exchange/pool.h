/* The pools of workers. Each has a socket of its own, so that requests which wait for networks never keep the
 * others waiting: an endpoint declares its pool, the web server routes by it, and the pipeline refuses what
 * came by the wrong socket. */
#ifndef RIGGER_EXCHANGE_POOL_H
#define RIGGER_EXCHANGE_POOL_H

enum pool {
    POOL_ANY,  /* of a process that serves alone (CGI, a FastCGI process manager): it takes every request */
    POOL_FAST, /* requests that need the database alone */
    POOL_SLOW  /* requests that wait for networks: claims and verifications */
};

/* "fast" or "slow"; "any" for POOL_ANY. */
const char *pool_name(enum pool pool);

#endif
