/* What a session says to the server on its own account. */
#ifndef RIGGER_DB_STATEMENTS_SESSION_H
#define RIGGER_DB_STATEMENTS_SESSION_H

#include "db/statements.h"

extern const struct statement statement_limit_session;

#endif
