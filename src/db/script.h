/* Runs files of SQL over a connection of their own and says where one went wrong. For migrations, by an
 * operator who may see everything; requests go through connection.h. */
#ifndef RIGGER_DB_SCRIPT_H
#define RIGGER_DB_SCRIPT_H

#include "core/attributes.h"
#include "core/buf.h"
#include "db/sqlstate.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>

struct script {
    PGconn *connection;
    bool unconfirmed;              /* the last commit is on no synchronous standby */
    FILE *out;                     /* gets the server's notices */
    struct buf error;              /* what went wrong last, in lines */
    char sqlstate[SQLSTATE_BYTES]; /* the same; "": not the server's */
};

/* False on failure, with the error set. script_close in any case. */
bool script_open(struct script *script, const char *dsn, FILE *out) MUST_CHECK;
void script_close(struct script *script);

/* Runs a text of any number of statements; name is what an error calls it. */
bool script_run(struct script *script, const char *name, const char *text) MUST_CHECK;

/* Runs one statement with text parameters; the first value that it returns goes into value, which the caller
 * frees; NULL: no row, or null. value itself may be NULL. */
bool script_ask(struct script *script, const char *text, int count, const char *const *parameters,
                char **value) MUST_CHECK;

/* Sets the error, which is not the server's: "name: message". Returns false. */
bool script_fail(struct script *script, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* Ends the transaction, and makes sure that it was not rolled back instead, and that its synchronous standbys
 * have it, where there are some. */
bool script_commit(struct script *script) MUST_CHECK;

#endif
