/* sd_notify(3) without the library: what a service of Type=notify says to systemd. Nothing happens elsewhere.
 */
#ifndef RIGGER_SERVER_NOTIFY_H
#define RIGGER_SERVER_NOTIFY_H

/* Sends one state, e.g. "READY=1", to $NOTIFY_SOCKET. */
void notify_send(const char *state);

/* Sends WATCHDOG=1 when half of $WATCHDOG_USEC has passed since the last one. */
void notify_watchdog(void);

#endif
