/* confine/files, confine/landlock: what a confined process may read and reach. */
#include "check/confined.h"
#include "confine/confine.h"
#include "confine/files.h"
#include "confine/landlock.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

Suite *confine_files_suite(void);

static char configuration[] = "/tmp/rigger-test-XXXXXX"; /* a new process has it as it stands here */

static int read_the_configuration(void)
{
    return confined_failure(open(configuration, O_RDONLY));
}

static int read_the_users(void)
{
    return confined_failure(open("/etc/passwd", O_RDONLY));
}

static int list_the_users_files(void)
{
    return confined_failure(open("/etc", O_RDONLY | O_DIRECTORY));
}

static int read_the_master_s_environment(void)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/environ", (int)getppid());
    return confined_failure(open(path, O_RDONLY));
}

static int connect_to(uint16_t port)
{
    const struct sockaddr_in to = { .sin_family = AF_INET,
                                    .sin_port = htons(port),
                                    .sin_addr = { htonl(INADDR_LOOPBACK) } };
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    return confined_failure(fd < 0 ? -1 : connect(fd, (const struct sockaddr *)&to, sizeof(to)));
}

static int reach_port_1(void)
{
    return connect_to(1);
}

static int reach_port_2(void)
{
    return connect_to(2);
}

static struct sockaddr_un abstract = { .sun_family = AF_UNIX };

static int reach_an_abstract_name(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    return confined_failure(fd < 0 ? -1 : connect(fd, (const struct sockaddr *)&abstract, sizeof(abstract)));
}

static const enum role readers[] = { ROLE_FAST, ROLE_SLOW, ROLE_BACKGROUND, ROLE_VERIFIER, ROLE_ALONE };

START_TEST(no_process_can_read_the_configuration_or_another_process)
{
    int fd = mkstemp(configuration);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(confined_attempt(readers[_i], read_the_configuration), EACCES);
    ck_assert_int_eq(confined_attempt(readers[_i], read_the_master_s_environment), EACCES);
    ck_assert_int_eq(confined_attempt(readers[_i], list_the_users_files), EACCES);
    ck_assert_int_eq(confined_attempt(readers[_i], read_the_users), 0);
    setenv("PGPASSFILE", configuration, 1);
    ck_assert_int_eq(confined_attempt(readers[_i], read_the_configuration), 0);
    unlink(configuration);
}
END_TEST

START_TEST(with_a_tcp_database_a_fast_worker_reaches_its_port_alone)
{
    confined_config.database.dsn = "host=127.0.0.1 port=1";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, reach_port_1), ECONNREFUSED);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, reach_port_2), EACCES);
    ck_assert_int_eq(confined_attempt(ROLE_BACKGROUND, reach_port_2), EACCES);
    confined_config.events.redis_url = "redis://localhost:2";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, reach_port_2), EACCES);
    ck_assert_int_eq(confined_attempt(ROLE_BACKGROUND, reach_port_2), ECONNREFUSED);
    confined_config.capacity.redis_url = "redis://localhost:2";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, reach_port_2), ECONNREFUSED);
    ck_assert_int_eq(confined_attempt(ROLE_SLOW, reach_port_1), ECONNREFUSED);
}
END_TEST

START_TEST(abstract_names_are_reached_where_the_database_has_one)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    snprintf(abstract.sun_path + 1, sizeof(abstract.sun_path) - 1, "rigger-test-%ld", (long)getpid());
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&abstract, sizeof(abstract)), 0);
    ck_assert_int_eq(listen(fd, 8), 0);
    ck_assert_int_eq(confined_attempt(ROLE_FAST, reach_an_abstract_name), EPERM);
    ck_assert_int_eq(confined_attempt(ROLE_SLOW, reach_an_abstract_name), EPERM);
    confined_config.database.dsn = "host=@postgresql";
    ck_assert_int_eq(confined_attempt(ROLE_FAST, reach_an_abstract_name), 0);
}
END_TEST

/* True, and said, if this kernel cannot be asked for it. */
static bool lacks(int version, const char *what)
{
    if (landlock_version() >= version)
        return false;
    printf("confine: %s not tested, the kernel's Landlock has version %d\n", what, landlock_version());
    return true;
}

START_TEST(a_file_that_was_replaced_came_or_went_is_another)
{
    char directory[] = "/tmp/rigger-files-XXXXXX", path[64], other[64];

    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/passwords", directory);
    snprintf(other, sizeof(other), "%s/other", directory);
    setenv("PGPASSFILE", path, 1);
    ck_assert(!files_are_others(&confined_config));
    close(open(path, O_WRONLY | O_CREAT, 0600));
    ck_assert(files_are_others(&confined_config));
    ck_assert(!files_are_others(&confined_config));
    close(open(other, O_WRONLY | O_CREAT, 0600));
    ck_assert(!files_are_others(&confined_config));
    ck_assert_int_eq(rename(other, path), 0);
    ck_assert(files_are_others(&confined_config));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert(files_are_others(&confined_config));
    ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

Suite *confine_files_suite(void)
{
    Suite *suite = suite_create("confined files");
    TCase *tcase = tcase_create("files");

    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, a_file_that_was_replaced_came_or_went_is_another);
    if (!confine_is_built()) {
        puts("confine: files not tested, this build cannot confine");
        return suite;
    }
    if (!lacks(LANDLOCK_FILES, "files"))
        tcase_add_loop_test(tcase, no_process_can_read_the_configuration_or_another_process, 0,
                            (int)(sizeof(readers) / sizeof(readers[0])));
    if (!lacks(LANDLOCK_PORTS, "ports"))
        tcase_add_test(tcase, with_a_tcp_database_a_fast_worker_reaches_its_port_alone);
    if (!lacks(LANDLOCK_ABSTRACT, "abstract names"))
        tcase_add_test(tcase, abstract_names_are_reached_where_the_database_has_one);
    return suite;
}
