/* What a server says beside its answers, as far as it changes what an answer is worth. */
#ifndef RIGGER_DB_NOTICE_H
#define RIGGER_DB_NOTICE_H

#include <libpq-fe.h>
#include <stdbool.h>

/* True: the commit that this notice belongs to stands on this server alone, because the wait for its
 * synchronous standbys was cancelled. Told by the function it comes from, not by its text, which is
 * translated. Source: PostgreSQL 15, src/backend/replication/syncrep.c. */
bool notice_is_unconfirmed(const PGresult *notice);

#endif
