/* The commands of riggerctl. Each takes its own arguments (argv[0] is its name) and returns the exit code: 0
 * done, 1 failed, 2 wrong usage, 3 done and not arrived. What is asked of the database goes through SQL
 * functions and views. */
#ifndef RIGGER_CTL_CTL_H
#define RIGGER_CTL_CTL_H

#include "core/arena.h"
#include "core/attributes.h"
#include "db/connection.h"
#include "db/rows.h"
#include "db/value.h"

#include <stdbool.h>

#define CTL_USAGE   2
#define CTL_WAITING 3 /* what was asked for is in the database, and has not arrived where it is to go */

struct ctl_command {
    const char *name, *arguments, *summary;
    int (*run)(int argc, char **argv);
};

/* NULL-name-terminated. */
extern const struct ctl_command ctl_commands[];

int ctl_keygen(int argc, char **argv);
int ctl_sign(int argc, char **argv);
int ctl_token(int argc, char **argv);
int ctl_status(int argc, char **argv);
int ctl_reap(int argc, char **argv);
int ctl_chutes(int argc, char **argv);
int ctl_instances(int argc, char **argv);
int ctl_miners(int argc, char **argv);
int ctl_stuck(int argc, char **argv);
int ctl_events(int argc, char **argv);
int ctl_target(int argc, char **argv);
int ctl_blacklist(int argc, char **argv);
int ctl_evict(int argc, char **argv);
int ctl_requeue(int argc, char **argv);
int ctl_limits(int argc, char **argv);
int ctl_calibrate(int argc, char **argv);

/* Prints `riggerctl NAME: message` on stderr and returns CTL_USAGE. */
int ctl_misused(const char *name, const char *message);

/* What stands on the command line of a command that asks the database. The texts are argv's. */
struct ctl_options {
    const char *dsn, *config_path; /* NULL: the default configuration's */
    bool json;
    const char *chute, *miner;         /* NULL: any */
    long count;                        /* 0: not given */
    long wait_s;                       /* -1: not given */
    long seconds, limit_s, iterations; /* 0: not given */
    bool follow, lift;
    int argument_count; /* what is left when the options are gone */
    char **arguments;
};

/* Reads --dsn, --config, --json and those of the others that stand in also: c --chute, m --miner, n --count,
 * f --follow, l --lift, w --wait, s --seconds, L --limit, k --iterations. False: said on stderr. */
bool ctl_options_read(struct ctl_options *options, const char *also, int argc, char **argv) MUST_CHECK;

/* The database that the options name. */
struct ctl_database {
    struct arena *arena;
    struct db *db;
    bool json;
    bool targets_in_redis; /* the configuration names a Redis that holds them; false under --dsn */
};

/* Prepares it; connects at the first call. False: said on stderr. ctl_database_close in any case. */
bool ctl_database_open(struct ctl_database *database, const struct ctl_options *options) MUST_CHECK;
void ctl_database_close(struct ctl_database *database);

/* What came of a call of db/calls.h. False: said on stderr. */
bool ctl_succeeded(enum status status) MUST_CHECK;

/* Says what came of a function that returns whether it found what it is to change; the exit code. */
int ctl_report(const struct ctl_options *options, enum status status, const struct db_boolean *found,
               const char *not_found) MUST_CHECK;

/* Prints rows: a table with a header for people; with --json an object for each, one a line, which is the
 * column `json` where there is one, else all columns. */
void ctl_print_rows(const struct ctl_database *database, const struct db_rows *rows);

/* ctl_print_rows() where the call that made the rows succeeded; the exit code. */
int ctl_show(const struct ctl_database *database, enum status status, const struct db_rows *rows) MUST_CHECK;

/* Prints text, padded with spaces to so many characters; control characters as question marks. */
void ctl_print_text(const char *text, int padded);

/* Shows the limits; the exit code. */
int ctl_list_limits(const struct ctl_options *options);

#endif
