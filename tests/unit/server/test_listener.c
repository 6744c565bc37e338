/* server/listener: sockets of our own with their mode and group, and those that systemd hands over. */
#include "server/listener.h"

#include <check.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *listener_suite(void);

static char directory[] = "/tmp/rigger-listener-XXXXXX", path[64];

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/socket", directory);
}

static void tear_down(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(directory), 0);
}

static int dial(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memcpy(address.sun_path, path, strlen(path) + 1);
    ck_assert_int_ge(fd, 0);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    close(fd);
    return -1;
}

static const mode_t modes[] = { 0600, 0660, 0666 };

START_TEST(a_socket_listens_with_its_mode)
{
    struct stat status;
    int fd = listener_open(path, modes[_i], ""), client;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert(S_ISSOCK(status.st_mode));
    ck_assert_uint_eq(status.st_mode & 07777, modes[_i]);
    ck_assert((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    ck_assert((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    ck_assert(listener_is(fd));
    client = dial();
    ck_assert_int_ge(client, 0);
    ck_assert(!listener_is(client));
    close(client);
    close(fd);
}
END_TEST

START_TEST(a_socket_that_nobody_answers_on_is_replaced)
{
    int stale = listener_open(path, 0600, ""), fd, client;

    close(stale);
    ck_assert_int_eq(dial(), -1);
    fd = listener_open(path, 0600, "");
    ck_assert_int_ge(fd, 0);
    client = dial();
    ck_assert_int_ge(client, 0);
    close(client);
    close(fd);
}
END_TEST

START_TEST(a_socket_that_somebody_answers_on_stays_his)
{
    int his = listener_open(path, 0600, ""), client;

    ck_assert_int_eq(listener_open(path, 0600, ""), -1);
    client = dial();
    ck_assert_int_ge(client, 0);
    ck_assert_int_ge(accept(his, NULL, NULL), 0);
    close(client);
    close(his);
}
END_TEST

/* A process that listens, and one that it leaves behind, which has the socket until `held` is closed. */
static pid_t listen_and_end(const int held[2])
{
    char byte;
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    if (listener_open(path, 0600, "") < 0)
        _exit(1);
    if (fork() == 0) {
        close(held[1]);
        _exit(read(held[0], &byte, 1) == 0 ? 0 : 1);
    }
    _exit(0);
}

START_TEST(a_socket_that_orphans_hold_is_taken_over)
{
    siginfo_t info;
    int held[2], fd;
    pid_t pid;

    ck_assert_int_eq(pipe(held), 0);
    pid = listen_and_end(held);
    /* The second time its parent has not taken note yet. */
    ck_assert_int_eq(waitid(P_PID, (id_t)pid, &info, WEXITED | (_i == 1 ? WNOWAIT : 0)), 0);
    ck_assert_int_eq(info.si_status, 0);
    fd = dial();
    ck_assert_int_ge(fd, 0);
    close(fd);
    fd = listener_open(path, 0600, "");
    ck_assert_int_ge(fd, 0);
    close(fd);
    ck_assert_int_eq(dial(), -1); /* no path leads to the former one any more */
    close(held[1]);
}
END_TEST

START_TEST(a_socket_gets_its_group)
{
    struct group *group = getgrgid(getgid());
    struct stat status;
    int fd;

    ck_assert_int_eq(listener_open(path, 0600, "no-such-group-at-all"), -1);
    if (group == NULL)
        return;
    fd = listener_open(path, 0660, group->gr_name);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_gid, getgid());
    close(fd);
}
END_TEST

START_TEST(a_place_that_cannot_be_is_refused)
{
    char far[256];

    memset(far, 'a', sizeof(far) - 1);
    far[0] = '/';
    far[sizeof(far) - 1] = '\0';
    ck_assert_int_eq(listener_open(far, 0600, ""), -1);
    ck_assert_int_eq(listener_open("/nowhere/at/all", 0600, ""), -1);
    ck_assert_int_eq(listener_open(directory, 0600, ""), -1); /* no file to take away */
}
END_TEST

/* What systemd says in the environment; %d stands for this process. Descriptor 3 is a pipe's end, 4 listens.
 */
static const struct {
    const char *pid, *count, *names, *wanted;
    int fd;
} handed_over[] = {
    { "%d", "2", "fast:slow", "slow", 4 },  { "%d", "2", "fast:slow", "fast", -1 },
    { "%d", "1", "fast:slow", "slow", -1 }, { "%d", "2", "fast:slower", "slow", -1 },
    { "%d", "2", "fast", "slow", -1 },      { "1", "2", "fast:slow", "slow", -1 },
    { "%d", "2", ":slow", "slow", 4 },      { "%d", "2", "fast:slow", "", -1 },
    { NULL, "2", "fast:slow", "slow", -1 }, { "%d", NULL, "fast:slow", "slow", -1 },
    { "%d", "2", NULL, "slow", -1 },
};

static void set_variable(const char *name, const char *value)
{
    char text[64];

    unsetenv(name);
    if (value == NULL)
        return;
    snprintf(text, sizeof(text), "%d", (int)getpid());
    setenv(name, strcmp(value, "%d") == 0 ? text : value, 1);
}

/* In a process of its own, whose descriptors 3 and 4 belong to nobody else. */
static int ask_in_child(int i)
{
    int ends[2], own, found;

    if (pipe(ends) != 0 || (own = listener_open(path, 0600, "")) < 0 || dup2(ends[0], 13) != 13 ||
        dup2(own, 14) != 14 || dup2(13, 3) != 3 || dup2(14, 4) != 4)
        return 100;
    set_variable("LISTEN_PID", handed_over[i].pid);
    set_variable("LISTEN_FDS", handed_over[i].count);
    set_variable("LISTEN_FDNAMES", handed_over[i].names);
    found = listener_inherited(handed_over[i].wanted);
    if (found >= 0 &&
        ((fcntl(found, F_GETFD) & FD_CLOEXEC) == 0 || (fcntl(found, F_GETFL) & O_NONBLOCK) == 0))
        return 101;
    return found < 0 ? 102 : found;
}

START_TEST(systemd_s_sockets_are_found_by_name)
{
    int state;
    pid_t pid = fork();

    if (pid == 0)
        _exit(ask_in_child(_i));
    ck_assert_int_eq(waitpid(pid, &state, 0), pid);
    ck_assert(WIFEXITED(state));
    ck_assert_int_eq(WEXITSTATUS(state), handed_over[_i].fd < 0 ? 102 : handed_over[_i].fd);
}
END_TEST

Suite *listener_suite(void)
{
    Suite *suite = suite_create("server/listener");
    TCase *tests = tcase_create("listener");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_socket_listens_with_its_mode, 0, COUNT(modes));
    tcase_add_test(tests, a_socket_that_nobody_answers_on_is_replaced);
    tcase_add_test(tests, a_socket_that_somebody_answers_on_stays_his);
    tcase_add_loop_test(tests, a_socket_that_orphans_hold_is_taken_over, 0, 2);
    tcase_add_test(tests, a_socket_gets_its_group);
    tcase_add_test(tests, a_place_that_cannot_be_is_refused);
    tcase_add_loop_test(tests, systemd_s_sockets_are_found_by_name, 0, COUNT(handed_over));
    suite_add_tcase(suite, tests);
    return suite;
}
