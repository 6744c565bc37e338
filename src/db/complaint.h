/* What the log is told of a statement that failed. Never a parameter, nor DETAIL or CONTEXT, which quote
 * rows. */
#ifndef RIGGER_DB_COMPLAINT_H
#define RIGGER_DB_COMPLAINT_H

#include "core/log.h"
#include "core/status.h"
#include "db/statement.h"

#include <libpq-fe.h>

#define COMPLAINT_RIGHT_BYTES 256

/* An error of the server. */
void complaint_make(enum log_level level, const struct statement *statement, const PGresult *error);

/* The schema is another program's; what: how that shows. Returns STATUS_ERROR. */
enum status complaint_of_schema(const struct statement *statement, const char *what);

/* A right is missing (42501): the log names it and the grant that cures it. user: who is connected; role: the
 * role of ours whose rights he needs. right: the same without the user, for a client. */
void complaint_of_right(const struct statement *statement, const PGresult *error, const char *user,
                        const char *role, char right[COMPLAINT_RIGHT_BYTES]);

#endif
