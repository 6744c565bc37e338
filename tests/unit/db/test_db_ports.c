/* db/ports: where a connection string leads. */
#include "db/ports.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *db_ports_suite(void);

static void set_up(void)
{
    static const char *const names[] = { "PGHOST", "PGHOSTADDR", "PGPORT", "PGSERVICE" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        unsetenv(names[i]);
}

static const struct {
    const char *dsn;
    bool internet, any;
    size_t count;
    uint16_t first, last;
} table[] = {
    { "", false, false, 1, 5432, 5432 },
    { "dbname=rigger", false, false, 1, 5432, 5432 },
    { "host=/run/postgresql port=5433", false, false, 1, 5433, 5433 },
    { "host=@abstract", false, false, 1, 5432, 5432 },
    { "host=/run/a,/run/b", false, false, 1, 5432, 5432 },
    { "host=/run/a,db.example port=1,2", true, false, 2, 1, 2 },
    { "host=db.example", true, false, 1, 5432, 5432 },
    { "hostaddr=10.0.0.1 port=6432", true, false, 1, 6432, 6432 },
    { "host=/run/a hostaddr=10.0.0.1", true, false, 1, 5432, 5432 },
    { "postgresql://db.example:7777/rigger", true, false, 1, 7777, 7777 },
    { "postgresql:///rigger?host=/run/a", false, false, 1, 5432, 5432 },
    { "postgresql://%2Frun%2Fa/rigger", false, false, 1, 5432, 5432 },
    { "host=db.example port=,6432", true, true, 1, 6432, 6432 },
    { "service=elsewhere", true, true, 0, 0, 0 },
    { "no string", true, true, 0, 0, 0 },
};

START_TEST(a_connection_string_leads_somewhere)
{
    struct db_ports ports;

    db_ports_of(table[_i].dsn, &ports);
    ck_assert_msg(ports.internet == table[_i].internet, "%s", table[_i].dsn);
    ck_assert_msg(ports.any == table[_i].any, "%s", table[_i].dsn);
    ck_assert_uint_eq(ports.count, table[_i].count);
    if (ports.count > 0) {
        ck_assert_uint_eq(ports.port[0], table[_i].first);
        ck_assert_uint_eq(ports.port[ports.count - 1], table[_i].last);
    }
}
END_TEST

START_TEST(what_the_string_leaves_out_the_environment_says)
{
    struct db_ports ports;

    setenv("PGHOST", "db.example", 1);
    setenv("PGPORT", "6432", 1);
    db_ports_of("dbname=rigger", &ports);
    ck_assert(ports.internet && !ports.any);
    ck_assert_uint_eq(ports.port[0], 6432);
    db_ports_of("host=/run/postgresql port=1", &ports);
    ck_assert(!ports.internet);
    ck_assert_uint_eq(ports.port[0], 1);
    setenv("PGHOSTADDR", "10.0.0.1", 1);
    db_ports_of("host=/run/postgresql", &ports);
    ck_assert(ports.internet);
    setenv("PGSERVICE", "elsewhere", 1);
    db_ports_of("host=/run/postgresql", &ports);
    ck_assert(ports.internet && ports.any);
}
END_TEST

static bool taken[3];

static void take(void *to, const char *path)
{
    static const char *const wanted[] = { "/etc/root.pem", "/home/somebody/.pgpass", "/run/passwords" };

    (void)to;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        taken[i] = taken[i] || strcmp(path, wanted[i]) == 0;
}

START_TEST(libpq_s_files_are_those_of_the_string_the_environment_and_the_home)
{
    setenv("HOME", "/home/somebody", 1);
    setenv("PGPASSFILE", "/run/passwords", 1);
    db_files_of("host=db.example sslrootcert=/etc/root.pem", take, NULL);
    ck_assert(taken[0] && taken[1] && taken[2]);
}
END_TEST

Suite *db_ports_suite(void)
{
    Suite *suite = suite_create("db ports");
    TCase *tcase = tcase_create("ports");

    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_loop_test(tcase, a_connection_string_leads_somewhere, 0,
                        (int)(sizeof(table) / sizeof(table[0])));
    tcase_add_test(tcase, what_the_string_leaves_out_the_environment_says);
    tcase_add_test(tcase, libpq_s_files_are_those_of_the_string_the_environment_and_the_home);
    suite_add_tcase(suite, tcase);
    return suite;
}
