/* Notes how a background duty went: in the metrics, and in rigger.duties, from where /readyz and riggerctl
 * status show what fails. Called by background.c and verifier.c. */
#ifndef RIGGER_SERVER_DUTY_H
#define RIGGER_SERVER_DUTY_H

#include "core/arena.h"
#include "db/connection.h"
#include "metrics/metrics.h"

#include <stdbool.h>

/* error: what a failure was, where it was not the database's; NULL: the SQLSTATE of the last call says it. */
void duty_note(enum metrics_duty duty, bool done, const char *error, struct db *db, struct arena *arena);

#endif
