/* Tells systemd how the service does (Type=notify, WatchdogSec=), as sd_notify(3) would, without its library.
 * The master calls it. Without systemd nothing happens. */
#ifndef RIGGER_SERVER_NOTIFY_H
#define RIGGER_SERVER_NOTIFY_H

/* Sends one state, e.g. "READY=1", to $NOTIFY_SOCKET. */
void notify_send(const char *state);

/* Sends WATCHDOG=1 when half of $WATCHDOG_USEC has passed since the last one. */
void notify_watchdog(void);

#endif
