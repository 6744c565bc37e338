/* Applies sql/ (embedded in the binary) to a database. */
#ifndef RIGGER_DB_MIGRATE_H
#define RIGGER_DB_MIGRATE_H

#include <stdbool.h>
#include <stdio.h>

#define MIGRATE_VERSION_BYTES 65 /* with NUL */

/* One file of sql/, embedded at build time by src/make/embed.sh, in the order of
 * src/make/sql_order.sh. */
struct sql_file {
    const char *path;          /* "migrations/0001_public_tables.sql" */
    const unsigned char *text; /* a NUL stands behind it */
    unsigned length;           /* without that */
};
extern const struct sql_file sql_files[];
extern const unsigned sql_file_count;

/* The version of the schema that this binary was built with: a digest over all embedded files, in hex. */
const char *migrate_schema_version(void);

/* Under an advisory lock: says which generation of the Chutes schema the database has, and makes nothing
 * where it is not to be served (serve_unbilled: it is, where that may be accepted, which a row of
 * rigger.settings notes for later runs and for /readyz). Then runs numbered migrations that are not yet
 * recorded (one transaction each; a recorded one whose checksum differs is an error), then re-creates
 * functions, views and roles if any of them changed (all in one transaction). Prints what it does to out,
 * errors to err. Safe to run twice and by two at once. */
bool migrate_run(const char *dsn, bool serve_unbilled, FILE *out, FILE *err);

/* The same two for any list of files. */
void migrate_version_of(const struct sql_file *files, unsigned count, char version[MIGRATE_VERSION_BYTES]);
bool migrate_run_files(const char *dsn, const struct sql_file *files, unsigned count, bool serve_unbilled,
                       FILE *out, FILE *err);

#endif
