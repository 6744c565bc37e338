/* See postgres.h. Whatever goes wrong here fails the running test. */
#include "check/postgres.h"

#include <check.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATH_BYTES     512
#define ARGUMENTS_MAX  24
#define SERVER_ACCOUNT "postgres" /* PostgreSQL does not run as root */
#define AWAIT_PAUSE_MS 20

char postgres_directory[64];
char postgres_sockets[80];
static char data[80], log_file[80], programs[PATH_BYTES];

static void find_programs(void)
{
    FILE *pipe = popen("pg_config --bindir", "re");

    ck_assert_ptr_nonnull(pipe);
    ck_assert_ptr_nonnull(fgets(programs, sizeof(programs), pipe));
    ck_assert_int_eq(pclose(pipe), 0);
    programs[strcspn(programs, "\n")] = '\0';
}

/* Runs a program of PostgreSQL as the server's account, what it prints going to the log, and returns its exit
 * status. */
static int run(const char *name, const char *const *arguments)
{
    const char *command[ARGUMENTS_MAX] = { "runuser", "-u", SERVER_ACCOUNT, "--" };
    size_t count = geteuid() == 0 ? 4 : 0;
    char program[PATH_BYTES + 64];
    int status;
    pid_t child;

    snprintf(program, sizeof(program), "%s/%s", programs, name);
    command[count++] = program;
    while (*arguments != NULL && count < ARGUMENTS_MAX - 1)
        command[count++] = *arguments++;
    ck_assert_ptr_null(*arguments);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (chdir("/") == 0 && freopen("/dev/null", "r", stdin) != NULL &&
            freopen(log_file, "a", stdout) != NULL && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0)
            execvp(command[0], (char *const *)command);
        _exit(127);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_directory(const char *path)
{
    const struct passwd *account = getpwnam(SERVER_ACCOUNT);

    ck_assert_int_eq(mkdir(path, 0755), 0);
    if (geteuid() == 0) {
        ck_assert_ptr_nonnull(account);
        ck_assert_int_eq(chown(path, account->pw_uid, account->pw_gid), 0);
    }
}

static void configure(void)
{
    char path[PATH_BYTES];
    FILE *file;

    snprintf(path, sizeof(path), "%s/postgresql.conf", data);
    file = fopen(path, "ae");
    ck_assert_ptr_nonnull(file);
    fprintf(file, "listen_addresses = ''\nunix_socket_directories = '%s'\nmax_connections = 20\n",
            postgres_sockets);
    /* Nothing here outlives the tests, and settings other than ours show what the session sets itself. */
    fputs("fsync = off\nautovacuum = off\nlog_min_messages = fatal\ntimezone = 'Europe/Berlin'\n", file);
    ck_assert_int_eq(fclose(file), 0);
}

void postgres_set_up(void)
{
    const char *const arguments[] = { "-D",
                                      data,
                                      "-U",
                                      "rigger",
                                      "-A",
                                      "trust",
                                      "-E",
                                      "UTF8",
                                      "--locale=C.UTF-8",
                                      "--no-sync",
                                      "--no-instructions",
                                      NULL };

    find_programs();
    snprintf(postgres_directory, sizeof(postgres_directory), "/tmp/rigger-postgres-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(postgres_directory));
    ck_assert_int_eq(chmod(postgres_directory, 0755), 0);
    snprintf(postgres_sockets, sizeof(postgres_sockets), "%s/s", postgres_directory);
    snprintf(data, sizeof(data), "%s/data", postgres_directory);
    snprintf(log_file, sizeof(log_file), "%s/log", postgres_directory);
    make_directory(postgres_sockets);
    make_directory(data);
    ck_assert_int_eq(chmod(data, 0700), 0);
    ck_assert_int_eq(run("initdb", arguments), 0);
    configure();
    postgres_start();
}

void postgres_start(void)
{
    const char *const arguments[] = { "-D", data, "-w", "-s", "start", NULL };

    ck_assert_int_eq(run("pg_ctl", arguments), 0);
}

void postgres_stop(const char *mode)
{
    const char *const arguments[] = { "-D", data, "-w", "-s", "-m", mode, "stop", NULL };

    ck_assert_int_eq(run("pg_ctl", arguments), 0);
}

void postgres_tear_down(void)
{
    const char *const status[] = { "-D", data, "status", NULL };
    char command[PATH_BYTES];

    if (run("pg_ctl", status) == 0)
        postgres_stop("immediate");
    snprintf(command, sizeof(command), "rm -rf %s", postgres_directory);
    ck_assert_int_eq(system(command), 0);
}

void postgres_dsn(char dsn[POSTGRES_DSN_BYTES], const char *database, const char *more)
{
    int length = snprintf(dsn, POSTGRES_DSN_BYTES, "host=%s user=rigger dbname=%s %s", postgres_sockets,
                          database, more);

    ck_assert_int_lt(length, POSTGRES_DSN_BYTES);
}

char *postgres_value(const char *database, const char *sql)
{
    char dsn[POSTGRES_DSN_BYTES], *value;
    PGconn *connection;
    PGresult *result;

    postgres_dsn(dsn, database, "application_name=test options='-c client_min_messages=warning'");
    connection = PQconnectdb(dsn);
    ck_assert_msg(PQstatus(connection) == CONNECTION_OK, "%s", PQerrorMessage(connection));
    result = PQexec(connection, sql);
    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK,
                  "%s", PQerrorMessage(connection));
    value = strdup(PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "");
    ck_assert_ptr_nonnull(value);
    PQclear(result);
    PQfinish(connection);
    return value;
}

void postgres_execute(const char *database, const char *sql)
{
    free(postgres_value(database, sql));
}

void postgres_create_database(const char *database)
{
    char sql[PATH_BYTES];

    snprintf(sql, sizeof(sql), "create database %s", database);
    postgres_execute("postgres", sql);
}

void postgres_expect(const char *database, const char *sql, const char *value)
{
    char *found = postgres_value(database, sql);

    ck_assert_msg(strcmp(found, value) == 0, "%s: \"%s\" instead of \"%s\"", sql, found, value);
    free(found);
}

void postgres_await(const char *database, const char *sql, const char *value)
{
    for (;;) {
        char *found = postgres_value(database, sql);
        int equal = strcmp(found, value) == 0;

        free(found);
        if (equal)
            return;
        poll(NULL, 0, AWAIT_PAUSE_MS);
    }
}

void postgres_name_standby(const char *name)
{
    char sql[128];

    snprintf(sql, sizeof(sql), "alter system set synchronous_standby_names = '%s'", name);
    postgres_execute("postgres", sql);
    postgres_execute("postgres", "select pg_reload_conf()");
    /* The postmaster hands it on; a session that began later has it for certain. */
    postgres_await("postgres", "select current_setting('synchronous_standby_names')", name);
}
