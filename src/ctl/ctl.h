/* The commands of riggerctl. Each takes its own arguments (argv[0] is its name) and returns the exit code: 0
 * done, 1 failed, 2 wrong usage. What is asked of the database goes through SQL functions and views. */
#ifndef RIGGER_CTL_CTL_H
#define RIGGER_CTL_CTL_H

#include "core/arena.h"
#include "core/attributes.h"
#include "db/connection.h"

#include <stdbool.h>

#define CTL_USAGE 2

struct ctl_command {
    const char *name, *arguments, *summary;
    int (*run)(int argc, char **argv);
};

/* NULL-name-terminated. */
extern const struct ctl_command ctl_commands[];

int ctl_keygen(int argc, char **argv);
int ctl_sign(int argc, char **argv);
int ctl_status(int argc, char **argv);
int ctl_reap(int argc, char **argv);

/* Prints `riggerctl NAME: message` on stderr and returns CTL_USAGE. */
int ctl_misused(const char *name, const char *message);

/* The options of a command that asks the database. */
struct ctl_database {
    struct arena *arena;
    struct db *db;
    bool json;
};

/* Reads --dsn DSN, --config FILE and --json; the DSN of the configuration is used where none is given. False:
 * said so on stderr. ctl_database_close in any case. */
bool ctl_database_open(struct ctl_database *database, int argc, char **argv) MUST_CHECK;
void ctl_database_close(struct ctl_database *database);

/* Prints rows: a table with a header for people, one JSON object a line with --json. */
void ctl_print_rows(const struct ctl_database *database, const struct db_rows *rows);

#endif
