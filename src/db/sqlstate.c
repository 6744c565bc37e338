/* The table of SQLSTATEs. Source: PostgreSQL 15, appendix A, "PostgreSQL Error Codes". */
#include "db/sqlstate.h"

#include <stddef.h>
#include <string.h>

/* The first prefix that fits decides. */
static const struct {
    const char *prefix;
    enum sqlstate_action action;
} table[] = {
    { "40001", SQLSTATE_REPEAT },      /* serialization_failure */
    { "40P01", SQLSTATE_REPEAT },      /* deadlock_detected */
    { "55P03", SQLSTATE_UNAVAILABLE }, /* lock_not_available */
    { "57014", SQLSTATE_UNAVAILABLE }, /* query_canceled, by statement_timeout above all */
    { "57P0", SQLSTATE_RECONNECT },    /* the server is stopping, has crashed or is not up yet */
    { "53", SQLSTATE_RECONNECT },      /* insufficient resources */
    { "08", SQLSTATE_RECONNECT },      /* connection exceptions */
    { "40003", SQLSTATE_RECONNECT },   /* statement_completion_unknown */
    { "25006", SQLSTATE_RECONNECT },   /* read_only_sql_transaction: a standby, the primary is elsewhere */
    { "0A000", SQLSTATE_PREPARE },     /* feature_not_supported: "cached plan must not change result type" */
    { "26000", SQLSTATE_POOLED },      /* invalid_sql_statement_name */
    { "42P05", SQLSTATE_POOLED },      /* duplicate_prepared_statement */
    { "XX000", SQLSTATE_PREPARE },     /* internal_error: also a function that was re-created a moment ago */
    { "42501", SQLSTATE_RIGHT },       /* insufficient_privilege */
    { "3F000", SQLSTATE_MIGRATE },     /* invalid_schema_name */
    { "42883", SQLSTATE_MIGRATE },     /* undefined_function */
    { "42703", SQLSTATE_MIGRATE },     /* undefined_column */
    { "42P01", SQLSTATE_MIGRATE },     /* undefined_table */
};

enum sqlstate_action sqlstate_action(const char *sqlstate)
{
    for (size_t i = 0; sqlstate != NULL && i < sizeof(table) / sizeof(table[0]); i++) {
        if (strncmp(sqlstate, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].action;
    }
    return SQLSTATE_ERROR;
}

bool sqlstate_quotes_input(const char *sqlstate)
{
    return strncmp(sqlstate, "22", 2) == 0; /* data exceptions */
}
