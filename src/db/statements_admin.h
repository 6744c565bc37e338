/* The statements of the operator's tool: calls of functions and views that rigger_admin may use. */
#ifndef RIGGER_DB_STATEMENTS_ADMIN_H
#define RIGGER_DB_STATEMENTS_ADMIN_H

#include "db/statements.h"

extern const struct statement statement_admin_status, statement_admin_check_invariants;

#endif
