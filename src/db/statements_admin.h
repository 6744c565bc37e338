/* The statements of the operator's tool: functions and views that rigger_admin may use. The column `json` is
 * the whole row for scripts; the others are what a table for people shows. */
#ifndef RIGGER_DB_STATEMENTS_ADMIN_H
#define RIGGER_DB_STATEMENTS_ADMIN_H

#include "db/statements.h"

extern const struct statement statement_admin_status, statement_admin_check_invariants, statement_admin_reap,
    statement_admin_chutes, statement_admin_instances, statement_admin_miners, statement_admin_stuck,
    statement_admin_events, statement_admin_set_target, statement_admin_blacklist, statement_admin_evict,
    statement_admin_requeue;

#endif
