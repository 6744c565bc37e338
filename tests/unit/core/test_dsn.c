/* core/dsn: no password of a connection string is ever shown. */
#include "core/dsn.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *dsn_suite(void);

static const struct {
    const char *dsn, *masked;
} dsns[] = {
    { "", "" },
    { "dbname=rigger", "dbname=rigger" },
    { "host=/run/x user=u dbname=d", "host=/run/x user=u dbname=d" },
    { "host=h password=geheim user=u", "host=h password=******** user=u" },
    { "password = geheim", "password = ********" },
    { "password='ge heim' user=u", "password=******** user=u" },
    { "password='ge\\'heim' user=u", "password=******** user=u" },
    { "password=ge\\ heim user=u", "password=******** user=u" },
    { "password='geheim", "password=********" },
    { "user='password=x' dbname=d", "user='password=x' dbname=d" },
    { "PASSWORD=geheim", "PASSWORD=********" },
    { "sslpassword=geheim", "sslpassword=********" },
    { "password=", "password=********" },
    { "passfile=/x", "passfile=/x" },
    { "geheim", "********" },
    { "dbname=d geheim", "dbname=d********" },
    { "postgresql://", "postgresql://" },
    { "postgresql:///d", "postgresql:///d" },
    { "postgresql://h:5432/d", "postgresql://h:5432/d" },
    { "postgresql://u@h:5432/d", "postgresql://u@h:5432/d" },
    { "postgresql://u:geheim@h:5432/d", "postgresql://u:********@h:5432/d" },
    { "postgres://u:geheim@h", "postgres://u:********@h" },
    { "postgres://u:ge:heim@h", "postgres://u:********@h" },
    { "postgres://u:ge/heim@h/d", "postgres://u:********@h/d" },
    { "postgres://u:ge?heim@h/d", "postgres://u:********@h/d" },
    { "postgres://:geheim@/d", "postgres://:********@/d" },
    { "postgres://h/d?password=geheim", "postgres://h/d?password=********" },
    { "postgres://h/d?a=b&password=geheim&c=d@e", "postgres://h/d?a=b&password=********&c=d@e" },
    { "postgres://u:geheim@h/d?sslpassword=geheim", "postgres://u:********@h/d?sslpassword=********" },
    { "postgres://h/d?pass%77ord=geheim", "postgres://h/d?pass%77ord=********" },
    { "postgres://u:p@h1:1,h2:2/d?target_session_attrs=read-write",
      "postgres://u:********@h1:1,h2:2/d?target_session_attrs=read-write" },
};

START_TEST(the_passwords_of_a_dsn_are_masked)
{
    char *masked = dsn_mask(dsns[_i].dsn);

    ck_assert_str_eq(masked, dsns[_i].masked);
    ck_assert_int_eq(dsn_has_password(dsns[_i].dsn), strcmp(dsns[_i].dsn, dsns[_i].masked) != 0);
    free(masked);
}
END_TEST

Suite *dsn_suite(void)
{
    Suite *suite = suite_create("core/dsn");
    TCase *tests = tcase_create("dsn");

    tcase_add_loop_test(tests, the_passwords_of_a_dsn_are_masked, 0, sizeof(dsns) / sizeof(dsns[0]));
    suite_add_tcase(suite, tests);
    return suite;
}
