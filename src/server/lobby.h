/* Where connections wait until their request has come: a worker takes none in hand before, so that a peer
 * who says nothing, or half of it, keeps nobody from the others. Used by worker.c. Reads nothing off a
 * connection: it only looks at what lies in the socket's buffer. */
#ifndef RIGGER_SERVER_LOBBY_H
#define RIGGER_SERVER_LOBBY_H

#include "core/attributes.h"
#include "server/intake.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOBBY_GUESTS_MAX 64 /* of one worker; the one that has waited longest leaves when another comes */
/* So much is looked at. A request that is not whole is taken in hand once LOBBY_LARGE_BYTES of it have come:
 * a socket's buffer counts what each write costs, and is full with 50 KiB of a web server's, or less. */
#define LOBBY_LOOK_BYTES  65536
#define LOBBY_LARGE_BYTES 16384

/* How much of a request lies in a connection's buffer. */
enum lobby_arrival {
    LOBBY_PART,  /* not all of its head */
    LOBBY_HEAD,  /* its head, and not all of its body */
    LOBBY_WHOLE, /* all of it, or it ends here: nothing that is still to come counts */
    LOBBY_LARGE, /* the beginning of a large one */
    LOBBY_WRONG  /* it is not FastCGI */
};

struct lobby_guest {
    int fd;
    int64_t since_ms, until_ms; /* on clock_monotonic_ms */
    bool has_head;
};

struct lobby {
    int listener, events; /* events: an epoll descriptor */
    int64_t head_ms, body_ms;
    struct intake intake;
    size_t count;
    struct lobby_guest guests[LOBBY_GUESTS_MAX]; /* the one that has waited longest first */
};

/* Opens the lobby of a worker that takes connections off a listening socket, which becomes non-blocking.
 * Milliseconds after its connection a guest whose head has not come is shown out, or whose body has not.
 * False, with a line in the log: it has no descriptor. */
bool lobby_open(struct lobby *lobby, int listener, int64_t head_ms, int64_t body_ms) MUST_CHECK;

/* From now on nobody new comes in. */
void lobby_close(struct lobby *lobby);

/* Shows out whoever is left, and gives the descriptor back. */
void lobby_clear(struct lobby *lobby);

/* The next connection whose request is there; the caller owns it. *whole: nothing of it is to come. waiting:
 * the signals that are blocked meanwhile. -1: a signal came, or nobody did after all; or the lobby is closed
 * and empty. Where there is no descriptor for another, the guest that has waited longest makes room. */
int lobby_next(struct lobby *lobby, const sigset_t *waiting, bool *whole) MUST_CHECK;

/* Looks at what lies in the buffer of a connection. */
enum lobby_arrival lobby_look(int fd);

#endif
