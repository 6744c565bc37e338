/* core/dsn: no password of a connection string is ever shown, and none is accepted that libpq might show. */
#include "core/dsn.h"

#include <check.h>
#include <libpq-fe.h>
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

static const char *const good[] = {
    "",
    "dbname=rigger",
    " host = /run/postgresql  user=u dbname='d'",
    "host=h password='my secret' user=u",
    "host=h password='it\\'s' user=u",
    "host=h password=my\\ secret user=u",
    "host=h password=p@ss/%zz:# user=u",
    "host=a,b,c port=5432,,5433 target_session_attrs=read-write",
    "dbname=d options='-c search_path=x -c a=b'",
    "dbname='d'user='u'",
    "password=",
    "postgresql://",
    "postgres:///d",
    "postgresql://h:5432/d",
    "postgresql://u@h/d",
    "postgresql://u:geheim@h:5432/d",
    "postgresql://u:ge:heim@h/d",
    "postgresql://u:p%40ss%2f%25@h/d",
    "postgresql://u:p\xc3\xa4ss@h/d",
    "postgresql://:geheim@/d",
    "postgresql://u@%2Frun%2Fpostgresql/d",
    "postgresql://u@[2001:db8::1]:5432,[fe80::1%25a]/d",
    "postgresql://u:p@h1:1,h2,h3:3/d?target_session_attrs=any&connect_timeout=3",
    "postgresql://h/d?password=geheim&ssl=true",
    "postgresql://?host=/run/x&port=5432&options=-c%20a%3Db",
};

START_TEST(what_can_be_understood_in_one_way_is_accepted)
{
    ck_assert_msg(dsn_error(good[_i]) == NULL, "%s: %s", good[_i], dsn_error(good[_i]));
    PQconninfoOption *parsed = PQconninfoParse(good[_i], NULL);
    ck_assert_msg(parsed != NULL, "libpq does not read %s", good[_i]);
    PQconninfoFree(parsed);
}
END_TEST

/* What stands for the password, or a piece of it, is "secret". */
static const char *const bad[] = {
    "secret",
    "password=my secret",
    "password=my secret user=u",
    "password=my secret=x user=u",
    "password='my'secret' user=u",
    "password='my secret user=u",
    "password=my secret\\",
    "password=x password=secret",
    "host=h host=secret",
    "PASSWORD=secret",
    "user=u pass=secret",
    "port=secret",
    "port=123456",
    "host=h =secret",
    "dbname=postgres://u:secret@h/d",
    "dbname='password=secret'",
    "postgresql://u:p%zzsecret@h/d",
    "postgresql://u:secret%@h/d",
    "postgresql://u:secret%4@h/d",
    "postgresql://u:p%00secret@h/d",
    "postgresql://u:p@secret@h/d",
    "postgresql://u:p/secret@h/d",
    "postgresql://u:1/secret@h/d",
    "postgresql://u:p?secret@h/d",
    "postgresql://u:p#secret@h/d",
    "postgresql://u:p[secret@h/d",
    "postgresql://u:p secret@h/d",
    "postgresql://u:secret",
    "postgresql://u:secret/d",
    "postgresql://u@[::1]secret/d",
    "postgresql://u@[secret",
    "postgresql://u@h secret/d",
    "postgresql://h/d?secret",
    "postgresql://h/d?password=a&secret",
    "postgresql://h/d?password=a&b=secret",
    "postgresql://h/d?password=a=secret",
    "postgresql://h/d?password=a?secret",
    "postgresql://h/d?password=p%zzsecret",
    "postgresql://h/d?password=p&password=secret",
    "postgresql://h/d?port=secret",
    "postgresql://h/d?user=u&",
    "postgresql://h/p@secret",
};

START_TEST(what_libpq_could_quote_a_password_of_is_refused_without_quoting_it)
{
    const char *error = dsn_error(bad[_i]);

    ck_assert_msg(error != NULL, "accepted: %s", bad[_i]);
    ck_assert_ptr_null(strstr(error, "secret"));
}
END_TEST

Suite *dsn_suite(void)
{
    Suite *suite = suite_create("core/dsn");
    TCase *tests = tcase_create("dsn");

    tcase_add_loop_test(tests, the_passwords_of_a_dsn_are_masked, 0, sizeof(dsns) / sizeof(dsns[0]));
    tcase_add_loop_test(tests, what_can_be_understood_in_one_way_is_accepted, 0,
                        sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tests, what_libpq_could_quote_a_password_of_is_refused_without_quoting_it, 0,
                        sizeof(bad) / sizeof(bad[0]));
    suite_add_tcase(suite, tests);
    return suite;
}
