/* server/lobby: what lies in a connection's buffer, and who is let in and shown out. */
#include "server/lobby.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

Suite *lobby_suite(void);

#define BEGIN      "\1\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0"
#define PARAMS     "\1\4\0\1\0\3\2\0abc\0\0"
#define PARAMS_END "\1\4\0\1\0\0\0\0"
#define STDIN      "\1\5\0\1\0\2\0\0{}"
#define STDIN_END  "\1\5\0\1\0\0\0\0"

#define SEEN(text) text, sizeof(text) - 1

static const struct {
    const char *sent;
    size_t length;
    enum lobby_arrival arrival, ended; /* ended: once the peer says no more */
} looks[] = {
    { SEEN(""), LOBBY_PART, LOBBY_WRONG },
    { SEEN("\1"), LOBBY_PART, LOBBY_WHOLE },
    { SEEN("GET / HTTP/1.0"), LOBBY_WRONG, LOBBY_WRONG },
    { SEEN(BEGIN), LOBBY_PART, LOBBY_WHOLE },
    { SEEN(BEGIN PARAMS), LOBBY_PART, LOBBY_WHOLE },
    { SEEN(BEGIN PARAMS "GET"), LOBBY_WRONG, LOBBY_WRONG },
    { SEEN(BEGIN PARAMS PARAMS_END), LOBBY_HEAD, LOBBY_WHOLE },
    { SEEN(BEGIN PARAMS STDIN_END), LOBBY_PART, LOBBY_WHOLE },
    { SEEN(BEGIN PARAMS PARAMS_END STDIN), LOBBY_HEAD, LOBBY_WHOLE },
    { SEEN(BEGIN PARAMS PARAMS_END STDIN STDIN_END), LOBBY_WHOLE, LOBBY_WHOLE },
    { SEEN(BEGIN PARAMS PARAMS_END STDIN_END "what follows"), LOBBY_WHOLE, LOBBY_WHOLE },
};

START_TEST(test_look)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ck_assert_int_eq(write(ends[1], looks[_i].sent, looks[_i].length), (ssize_t)looks[_i].length);
    ck_assert_int_eq(lobby_look(ends[0]), looks[_i].arrival);
    ck_assert_int_eq(lobby_look(ends[0]), looks[_i].arrival);
    ck_assert_int_eq(shutdown(ends[1], SHUT_WR), 0);
    ck_assert_int_eq(lobby_look(ends[0]), looks[_i].ended);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(test_a_large_request_is_not_waited_for)
{
    static unsigned char record[LOBBY_LARGE_BYTES] = { 1, 5, 0, 1, 0xff, 0xff };
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ck_assert_int_eq(write(ends[1], SEEN(BEGIN PARAMS_END)), sizeof(BEGIN PARAMS_END) - 1);
    ck_assert_int_eq(write(ends[1], record, sizeof(record)), sizeof(record));
    ck_assert_int_eq(lobby_look(ends[0]), LOBBY_LARGE);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

static struct sockaddr_un address;

static int open_listener(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

    address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "rigger-lobby-%ld", (long)getpid());
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(fd, 100), 0);
    return fd;
}

static int connect_to_it(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    ck_assert_int_eq(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

#define PEERS (LOBBY_GUESTS_MAX + 3)

START_TEST(test_as_many_wait_as_there_is_room_for)
{
    int listener = open_listener(), peers[PEERS], fd;
    struct lobby lobby;
    char byte;
    bool whole;

    ck_assert(lobby_open(&lobby, listener, 100000, 100000));
    for (int i = 0; i < PEERS; i++) {
        peers[i] = connect_to_it();
        ck_assert_int_eq(write(peers[i], "\1", 1), 1);
        ck_assert_int_eq(lobby_next(&lobby, NULL, &whole), -1);
        ck_assert_int_eq(lobby_next(&lobby, NULL, &whole), -1);
    }
    ck_assert_uint_eq(lobby.count, LOBBY_GUESTS_MAX);
    for (int i = 0; i < PEERS; i++)
        ck_assert_int_eq(recv(peers[i], &byte, 1, MSG_DONTWAIT), i < PEERS - LOBBY_GUESTS_MAX ? 0 : -1);
    lobby_close(&lobby);
    ck_assert_int_eq(write(peers[PEERS - 1], SEEN("\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0" PARAMS_END STDIN_END)),
                     31);
    while ((fd = lobby_next(&lobby, NULL, &whole)) < 0)
        ;
    ck_assert(whole);
    ck_assert_uint_eq(lobby.count, LOBBY_GUESTS_MAX - 1);
    close(fd);
    lobby_clear(&lobby);
    ck_assert_uint_eq(lobby.count, 0);
    for (int i = 0; i < PEERS; i++)
        close(peers[i]);
    close(listener);
}
END_TEST

START_TEST(test_who_came_while_the_worker_was_busy_is_not_shown_out)
{
    int listener = open_listener(), peers[3], fd;
    struct lobby lobby;
    char byte;
    bool whole;

    ck_assert(lobby_open(&lobby, listener, 1, 1));
    for (int i = 0; i < 2; i++) {
        peers[i] = connect_to_it();
        ck_assert_int_eq(write(peers[i], "\1", 1), 1);
        ck_assert_int_eq(lobby_next(&lobby, NULL, &whole), -1);
        lobby.guests[i].until_ms = INT64_MAX;
    }
    ck_assert_int_eq(write(peers[0], SEEN("\1\0\1\0\10\0\0\0\1\0\0\0\0\0\0" PARAMS_END STDIN_END)), 31);
    lobby.guests[0].until_ms = lobby.guests[1].until_ms = 0;
    peers[2] = connect_to_it();
    fd = lobby_next(&lobby, NULL, &whole);
    ck_assert_int_ge(fd, 0);
    ck_assert(whole);
    ck_assert_uint_eq(lobby.count, 0);
    ck_assert_int_eq(recv(peers[1], &byte, 1, MSG_DONTWAIT), 0);
    close(fd);
    lobby_clear(&lobby);
    for (int i = 0; i < 3; i++)
        close(peers[i]);
    close(listener);
}
END_TEST

/* Sets how many descriptors there may be; those that are open stay. */
static void limit_descriptors(rlim_t most)
{
    struct rlimit limit;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = most;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

START_TEST(test_where_descriptors_run_out_a_guest_makes_room)
{
    int listener = open_listener(), peers[2], next;
    struct lobby lobby;
    char byte;
    bool whole;

    ck_assert(lobby_open(&lobby, listener, 100000, 100000));
    peers[0] = connect_to_it();
    peers[1] = connect_to_it();
    ck_assert_int_eq(lobby_next(&lobby, NULL, &whole), -1);
    ck_assert_uint_eq(lobby.count, 1);
    next = dup(0);
    close(next);
    limit_descriptors((rlim_t)next);
    ck_assert_int_eq(lobby_next(&lobby, NULL, &whole), -1);
    ck_assert_uint_eq(lobby.count, 0);
    ck_assert_int_eq(recv(peers[0], &byte, 1, MSG_DONTWAIT), 0);
    ck_assert_int_eq(lobby_next(&lobby, NULL, &whole), -1);
    ck_assert_uint_eq(lobby.count, 1);
}
END_TEST

Suite *lobby_suite(void)
{
    Suite *suite = suite_create("lobby");
    TCase *cases = tcase_create("lobby");

    tcase_add_loop_test(cases, test_look, 0, sizeof(looks) / sizeof(looks[0]));
    tcase_add_test(cases, test_a_large_request_is_not_waited_for);
    tcase_add_test(cases, test_as_many_wait_as_there_is_room_for);
    tcase_add_test(cases, test_who_came_while_the_worker_was_busy_is_not_shown_out);
    tcase_add_test(cases, test_where_descriptors_run_out_a_guest_makes_room);
    suite_add_tcase(suite, cases);
    return suite;
}
