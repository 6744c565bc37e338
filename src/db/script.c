/* See script.h. Blocking on purpose: a migration takes the time it takes. */
#include "db/script.h"

#include "db/dial.h"
#include "db/notice.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define ERROR_MAX_BYTES 16384

/* What a file says with `raise notice`, and warnings; not that something was there already. */
static void take_notice(void *taker, const PGresult *notice)
{
    struct script *script = taker;
    const char *sqlstate = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    const char *text = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    const char *hint = PQresultErrorField(notice, PG_DIAG_MESSAGE_HINT);

    if (notice_is_unconfirmed(notice))
        script->unconfirmed = true;
    if (sqlstate == NULL || text == NULL ||
        (strcmp(sqlstate, "00000") != 0 && strncmp(sqlstate, "01", 2) != 0))
        return;
    fprintf(script->out, "notice: %s\n", text);
    if (hint != NULL)
        fprintf(script->out, "  hint: %s\n", hint);
}

static void begin_error(struct script *script)
{
    buf_free(&script->error);
    buf_init(&script->error, ERROR_MAX_BYTES);
    memset(script->sqlstate, 0, sizeof(script->sqlstate));
}

bool script_open(struct script *script, const char *dsn, FILE *out)
{
    static const char *const names[] = { "fallback_application_name", "connect_timeout", "dbname",
                                         "client_encoding", NULL };
    const char *const values[] = { "rigger migrate", "10", dsn, "UTF8", NULL };

    const char *unreadable = dial_dsn_error(dsn);

    *script = (struct script){ .out = out };
    buf_init(&script->error, ERROR_MAX_BYTES);
    if (unreadable != NULL) {
        buf_printf(&script->error, "%s\n", unreadable);
        return false;
    }
    script->connection = PQconnectdbParams(names, values, 1);
    if (script->connection == NULL || PQstatus(script->connection) != CONNECTION_OK) {
        buf_puts(&script->error,
                 script->connection != NULL ? PQerrorMessage(script->connection) : "out of memory\n");
        return false;
    }
    PQsetNoticeReceiver(script->connection, take_notice, script);
    return true;
}

void script_close(struct script *script)
{
    PQfinish(script->connection);
    buf_free(&script->error);
}

/* The line of the character at position, which counts from 1 and in characters. */
static unsigned line_of(const char *text, unsigned long position)
{
    unsigned line = 1;

    for (; *text != '\0' && position > 1; text++) {
        line += *text == '\n';
        if (((unsigned char)text[1] & 0xc0) != 0x80)
            position--;
    }
    return line;
}

static void add_field(struct script *script, const PGresult *result, const char *label, int field)
{
    const char *text = PQresultErrorField(result, field);

    if (text != NULL)
        buf_printf(&script->error, "  %s: %s\n", label, text);
}

static void describe(struct script *script, const PGresult *result, const char *name, const char *text)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);

    begin_error(script);
    buf_puts(&script->error, name);
    if (position != NULL)
        buf_printf(&script->error, ":%u", line_of(text, strtoul(position, NULL, 10)));
    if (sqlstate == NULL) {
        buf_printf(&script->error, ": %s", PQerrorMessage(script->connection));
        return;
    }
    memcpy(script->sqlstate, sqlstate, strnlen(sqlstate, sizeof(script->sqlstate) - 1));
    buf_printf(&script->error, ": %s (SQLSTATE %s)\n", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
               sqlstate);
    add_field(script, result, "detail", PG_DIAG_MESSAGE_DETAIL);
    add_field(script, result, "hint", PG_DIAG_MESSAGE_HINT);
    add_field(script, result, "context", PG_DIAG_CONTEXT);
}

static bool succeeded(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

bool script_run(struct script *script, const char *name, const char *text)
{
    PGresult *result = PQexec(script->connection, text);
    bool done = succeeded(result);

    if (!done)
        describe(script, result, name, text);
    PQclear(result);
    return done;
}

bool script_ask(struct script *script, const char *text, int count, const char *const *parameters,
                char **value)
{
    PGresult *result = PQexecParams(script->connection, text, count, NULL, parameters, NULL, NULL, 0);
    bool done = succeeded(result);

    if (value != NULL)
        *value = NULL;
    if (!done) {
        describe(script, result, "rigger migrate", text);
    } else if (value != NULL && PQntuples(result) > 0 && PQgetisnull(result, 0, 0) == 0) {
        *value = strdup(PQgetvalue(result, 0, 0));
        done = *value != NULL;
        if (!done) {
            begin_error(script);
            buf_puts(&script->error, "out of memory\n");
        }
    }
    PQclear(result);
    return done;
}

bool script_fail(struct script *script, const char *name, const char *format, ...)
{
    va_list arguments;

    begin_error(script);
    buf_printf(&script->error, "%s: ", name);
    va_start(arguments, format);
    buf_vprintf(&script->error, format, arguments);
    va_end(arguments);
    buf_puts(&script->error, "\n");
    return false;
}

bool script_commit(struct script *script)
{
    PGresult *result;
    bool done;

    script->unconfirmed = false;
    result = PQexec(script->connection, "commit");
    done = succeeded(result) && strcmp(PQcmdStatus(result), "COMMIT") == 0;
    /* rule: migrate.unconfirmed */
    if (done && script->unconfirmed) {
        done =
            script_fail(script, "commit",
                        "it stands on this server alone, no synchronous standby has confirmed it; see to the "
                        "standby and migrate again");
    } else if (!succeeded(result)) {
        describe(script, result, "commit", "");
    } else if (!done) {
        begin_error(script);
        buf_puts(&script->error, "the transaction was rolled back instead of committed\n");
    }
    PQclear(result);
    return done;
}
