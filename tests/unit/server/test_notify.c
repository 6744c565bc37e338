/* server/notify: what systemd is told, and that nothing happens where there is no systemd. */
#include "server/notify.h"

#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

Suite *notify_suite(void);

static char directory[] = "/tmp/rigger-notify-XXXXXX", path[64];
static int manager = -1;

/* Binds the manager's socket at a path, or at a name of the abstract namespace ("@…"). */
static void listen_at(const char *name)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t length = strlen(name);

    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(bind(manager, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
}

static void set_up(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/notify", directory);
}

static void tear_down(void)
{
    close(manager);
    unlink(path);
    rmdir(directory);
}

/* The next datagram; "": there is none. */
static const char *received(void)
{
    static char text[64];
    ssize_t length = recv(manager, text, sizeof(text) - 1, 0);

    text[length > 0 ? length : 0] = '\0';
    return text;
}

START_TEST(a_state_is_one_datagram)
{
    listen_at(path);
    notify_send("READY=1");
    notify_send("STOPPING=1");
    ck_assert_str_eq(received(), "READY=1");
    ck_assert_str_eq(received(), "STOPPING=1");
    ck_assert_str_eq(received(), "");
}
END_TEST

START_TEST(the_manager_may_be_in_the_abstract_namespace)
{
    char name[64];

    snprintf(name, sizeof(name), "@rigger-notify-%d", (int)getpid());
    listen_at(name);
    notify_send("READY=1");
    ck_assert_str_eq(received(), "READY=1");
}
END_TEST

START_TEST(without_a_manager_nothing_happens)
{
    char far[256];

    listen_at(path);
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
    setenv("NOTIFY_SOCKET", "", 1);
    notify_send("READY=1");
    setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
    notify_send("READY=1");
    memset(far, 'a', sizeof(far) - 1);
    far[sizeof(far) - 1] = '\0';
    setenv("NOTIFY_SOCKET", far, 1);
    notify_send("READY=1");
    ck_assert_str_eq(received(), "");
}
END_TEST

START_TEST(the_watchdog_is_fed_when_half_its_time_is_over)
{
    listen_at(path);
    unsetenv("WATCHDOG_USEC");
    notify_watchdog();
    ck_assert_str_eq(received(), "");
    setenv("WATCHDOG_USEC", "1000000000", 1);
    notify_watchdog(); /* the first since the machine's start, or not due */
    received();
    notify_watchdog();
    ck_assert_str_eq(received(), "");
    setenv("WATCHDOG_USEC", "0", 1);
    notify_watchdog();
    ck_assert_str_eq(received(), "WATCHDOG=1");
}
END_TEST

Suite *notify_suite(void)
{
    Suite *suite = suite_create("server/notify");
    TCase *tests = tcase_create("notify");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_state_is_one_datagram);
    tcase_add_test(tests, the_manager_may_be_in_the_abstract_namespace);
    tcase_add_test(tests, without_a_manager_nothing_happens);
    tcase_add_test(tests, the_watchdog_is_fed_when_half_its_time_is_over);
    suite_add_tcase(suite, tests);
    return suite;
}
