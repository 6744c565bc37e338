/* auth/client_address: nobody but a trusted proxy can say where a request comes from. */
#include "auth/client_address.h"

#include "net/address.h"

#include <check.h>
#include <string.h>

Suite *client_address_suite(void);

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *address, *networks;
    bool expected;
} memberships[] = {
    { "10.0.0.1", "10.0.0.1", true },
    { "10.0.0.2", "10.0.0.1", false },
    { "10.0.0.0", "10.0.0.0/8", true },
    { "10.255.255.255", "10.0.0.0/8", true },
    { "11.0.0.0", "10.0.0.0/8", false },
    { "9.255.255.255", "10.0.0.0/8", false },
    { "10.9.8.7", "10.1.2.3/8", true },
    { "192.168.1.127", "192.168.1.0/25", true },
    { "192.168.1.128", "192.168.1.0/25", false },
    { "1.2.3.4", "1.2.3.4/32", true },
    { "1.2.3.5", "1.2.3.4/32", false },
    { "255.1.2.3", "0.0.0.0/0", true },
    { "::1", "0.0.0.0/0", false },
    { "1.2.3.4", "::/0", false },
    { "2001:db8::1", "::/0", true },
    { "::1", "127.0.0.0/8, ::1/128", true },
    { "::2", "127.0.0.0/8, ::1/128", false },
    { "2001:db8:1:ffff::", "2001:db8:1::/48", true },
    { "2001:db8:2::", "2001:db8:1::/48", false },
    { "2001:db8:0:1::", "2001:db8::/63", true },
    { "2001:db8:0:2::", "2001:db8::/63", false },
    { "::ffff:10.1.2.3", "10.0.0.0/8", true },
    { "10.1.2.3", "::ffff:10.0.0.0/104", true },
    { "11.1.2.3", "::ffff:10.0.0.0/104", false },
    { "10.1.2.3", "::ffff:0:0/96", true },
    { "10.0.0.1", "192.0.2.1 , 10.0.0.1\t", true },
    { "10.0.0.1", "rubbish, 10.0.0.1", true },
    { "10.0.0.1", "rubbish", false },
    { "10.0.0.1", "", false },
    { "10.0.0.1", "  ", false },
    { "10.0.0.1", NULL, false },
    { "10.0.0.1", "unix", false },
    { "unix:", "unix", true },
    { "", "10.0.0.1,unix", true },
    { "unix:", "0.0.0.0/0,::/0", false },
    { "", "0.0.0.0/0,::/0", false },
    { "unix", "unix", false },
    { "10.0.0.1 ", "10.0.0.1", false },
    { "10.1", "10.0.0.1", false },
    { "010.0.0.1", "10.0.0.1,8.0.0.1", false },
    { "nonsense", "0.0.0.0/0", false },
};

START_TEST(an_address_is_in_a_network_or_not)
{
    ck_assert_msg(address_text_in_list(memberships[_i].address, memberships[_i].networks) ==
                      memberships[_i].expected,
                  "%s in \"%s\"", memberships[_i].address,
                  memberships[_i].networks == NULL ? "(null)" : memberships[_i].networks);
}
END_TEST

static const char *const valid_lists[] = {
    "",
    " ",
    "10.0.0.1",
    "10.0.0.0/8",
    "10.0.0.0/0,::/0",
    " ::1 ,\t127.0.0.1 ",
    "unix",
    "unix,10.0.0.0/8",
    "2001:db8::/128",
    "::ffff:1.2.3.4",
    "::ffff:1.2.3.0/120",
};

static const char *const invalid_lists[] = {
    ",",
    "10.0.0.1,",
    ",10.0.0.1",
    "10.0.0.1,,10.0.0.2",
    "10.0.0.1 10.0.0.2",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/",
    "10.0.0.0/8x",
    "10.0.0.0/08 ,x",
    "10.0.0.0/0008",
    "10.0.0/8",
    "10.0.0.256",
    "::/129",
    "::ffff:1.2.3.4/95",
    "localhost",
    "unix/8",
    "unix:",
    "[::1]",
    "::1%lo",
    "10.0.0.0/8/8",
    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc:dddd:eeee:ffff",
};

START_TEST(a_valid_list_is_accepted)
{
    ck_assert_msg(address_list_is_valid(valid_lists[_i]), "\"%s\"", valid_lists[_i]);
}
END_TEST

START_TEST(an_invalid_list_is_refused)
{
    ck_assert_msg(!address_list_is_valid(invalid_lists[_i]), "\"%s\"", invalid_lists[_i]);
}
END_TEST

#define PROXIES "127.0.0.1,10.0.0.0/8,fd00::/8"

static const struct {
    const char *peer, *forwarded_for, *proxies, *expected;
} searches[] = {
    /* Without a trusted peer the header is the client's own invention. */
    { "203.0.113.9", NULL, PROXIES, "203.0.113.9" },
    { "203.0.113.9", "198.51.100.1", PROXIES, "203.0.113.9" },
    { "127.0.0.1", "198.51.100.1", "", "127.0.0.1" },
    { "127.0.0.1", "198.51.100.1", NULL, "127.0.0.1" },
    /* Through one proxy, and through several. */
    { "127.0.0.1", "198.51.100.1", PROXIES, "198.51.100.1" },
    { "127.0.0.1", "198.51.100.1, 10.1.1.1", PROXIES, "198.51.100.1" },
    { "127.0.0.1", "198.51.100.1,10.1.1.1 ,\t10.2.2.2", PROXIES, "198.51.100.1" },
    /* What stands left of the first untrusted address is the client's invention. */
    { "127.0.0.1", "127.0.0.1, 198.51.100.1", PROXIES, "198.51.100.1" },
    { "127.0.0.1", "8.8.8.8, 198.51.100.1, 10.1.1.1", PROXIES, "198.51.100.1" },
    { "127.0.0.1", "garbage, 198.51.100.1", PROXIES, "198.51.100.1" },
    /* Trusted all the way: the left-most. */
    { "127.0.0.1", "10.3.3.3, 10.2.2.2", PROXIES, "10.3.3.3" },
    { "127.0.0.1", NULL, PROXIES, "127.0.0.1" },
    { "127.0.0.1", "", PROXIES, "127.0.0.1" },
    /* What is no address ends the search at the last good one. */
    { "127.0.0.1", "198.51.100.1, unknown", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "198.51.100.1, _hidden, 10.1.1.1", PROXIES, "10.1.1.1" },
    { "127.0.0.1", "198.51.100.1,", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "198.51.100.1, , 10.1.1.1", PROXIES, "10.1.1.1" },
    { "127.0.0.1", "198.51.100.1:99999", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "198.51.100.1:", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "198.51.100.1:8x", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "198.51.100.1 80", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "2130706433", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "[198.51.100.1]:80", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "[2001:db8::1", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "[2001:db8::1]80", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "[2001:db8::1]:", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "[]", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "[", PROXIES, "127.0.0.1" },
    { "127.0.0.1", "fe80::1%eth0", PROXIES, "127.0.0.1" },
    /* Ports and brackets, as some proxies write them. */
    { "127.0.0.1", "198.51.100.1:567", PROXIES, "198.51.100.1" },
    { "127.0.0.1", "[2001:db8::1]:80", PROXIES, "2001:db8::1" },
    { "127.0.0.1", "[2001:db8::1]", PROXIES, "2001:db8::1" },
    { "127.0.0.1", "2001:db8::1", PROXIES, "2001:db8::1" },
    { "127.0.0.1", "198.51.100.1, [fd00::1]:443", PROXIES, "198.51.100.1" },
    /* One address, one form. */
    { "::ffff:203.0.113.9", NULL, PROXIES, "203.0.113.9" },
    { "::ffff:127.0.0.1", "198.51.100.1", PROXIES, "198.51.100.1" },
    { "127.0.0.1", "::ffff:198.51.100.1", PROXIES, "198.51.100.1" },
    { "127.0.0.1", "2001:0DB8:0::0001", PROXIES, "2001:db8::1" },
    /* A web server on a Unix socket. */
    { "unix:", "198.51.100.1", PROXIES, "unix:" },
    { "", "198.51.100.1", PROXIES, "" },
    { "unix:", "198.51.100.1", "unix", "198.51.100.1" },
    { "", "198.51.100.1, 10.1.1.1", "unix,10.0.0.0/8", "198.51.100.1" },
    { "unix:", "unix:", "unix", "unix:" },
    { "unix:", NULL, "unix", "unix:" },
    /* A peer that is no address is never trusted. */
    { "nonsense", "198.51.100.1", "0.0.0.0/0,::/0,unix", "nonsense" },
};

START_TEST(the_client_is_found)
{
    struct arena *arena = arena_create(65536);
    const char *forwarded_for = searches[_i].forwarded_for;
    const char *found = client_address_find(arena, searches[_i].peer, forwarded_for, searches[_i].proxies);

    ck_assert_msg(strcmp(found, searches[_i].expected) == 0, "peer \"%s\", \"%s\": %s", searches[_i].peer,
                  forwarded_for == NULL ? "(none)" : forwarded_for, found);
    arena_free(arena);
}
END_TEST

START_TEST(a_long_header_is_searched_from_its_end)
{
    struct arena *arena = arena_create(65536);
    static char header[16384];

    memset(header, ',', sizeof(header) - 1);
    memcpy(header + sizeof(header) - 13, "198.51.100.1", 13);
    ck_assert_str_eq(client_address_find(arena, "127.0.0.1", header, PROXIES), "198.51.100.1");
    memset(header, '1', sizeof(header) - 1);
    ck_assert_str_eq(client_address_find(arena, "127.0.0.1", header, PROXIES), "127.0.0.1");
    arena_free(arena);
}
END_TEST

Suite *client_address_suite(void)
{
    Suite *suite = suite_create("auth/client_address");
    TCase *tests = tcase_create("client_address");

    tcase_add_loop_test(tests, an_address_is_in_a_network_or_not, 0, COUNT(memberships));
    tcase_add_loop_test(tests, a_valid_list_is_accepted, 0, COUNT(valid_lists));
    tcase_add_loop_test(tests, an_invalid_list_is_refused, 0, COUNT(invalid_lists));
    tcase_add_loop_test(tests, the_client_is_found, 0, COUNT(searches));
    tcase_add_test(tests, a_long_header_is_searched_from_its_end);
    suite_add_tcase(suite, tests);
    return suite;
}
