/* See complaint.h. */
#include "db/complaint.h"

#include "db/sqlstate.h"

#include <stdio.h>

void complaint_make(enum log_level level, const struct statement *statement, const PGresult *error)
{
    const char *sqlstate = PQresultErrorField(error, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(error, PG_DIAG_MESSAGE_PRIMARY);

    if (text == NULL || sqlstate_quotes_input(sqlstate))
        text = "(not shown)";
    log_event(level, "database: %s: SQLSTATE %s: %s", statement->name, sqlstate, text);
}

enum status complaint_of_schema(const struct statement *statement, const char *what)
{
    log_event(LOG_LEVEL_ERROR, "database: %s: %s; the schema is not this program's: run rigger migrate",
              statement->name, what);
    return STATUS_ERROR;
}

void complaint_of_right(const struct statement *statement, const PGresult *error, const char *user,
                        const char *role, char right[COMPLAINT_RIGHT_BYTES])
{
    const char *text = PQresultErrorField(error, PG_DIAG_MESSAGE_PRIMARY);

    text = text != NULL ? text : "permission denied";
    /* What fails inside a function fails for its owner, as whom it runs. */
    if (PQresultErrorField(error, PG_DIAG_CONTEXT) != NULL) {
        snprintf(right, COMPLAINT_RIGHT_BYTES,
                 "%s, to the owner of the functions: grant that right to the owner of the schema rigger",
                 text);
        log_event(LOG_LEVEL_ERROR, "database: %s: SQLSTATE 42501: %s", statement->name, right);
        return;
    }
    snprintf(right, COMPLAINT_RIGHT_BYTES,
             "%s: it is a right of %s, so grant %s to the role that Rigger connects as; "
             "if it has that, rigger migrate grants %s its rights again",
             text, role, role, role);
    log_event(LOG_LEVEL_ERROR,
              "database: %s: SQLSTATE 42501: %s: it is a right of %s: grant %s to \"%s\"; "
              "if it has that, rigger migrate grants %s its rights again",
              statement->name, text, role, role, user, role);
}
