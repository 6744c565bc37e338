/* attest/host: an instance lives at a public unicast address, written in one of two forms. Names are
 * test_host_name.c's.
 */
#include "attest/host.h"

#include <check.h>
#include <string.h>

Suite *host_suite(void);

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum expectation { PUBLIC, DEVELOPMENT, NEVER, MALFORMED };

static const struct {
    const char *host;
    enum expectation expected;
} addresses[] = {
    /* The first and the last address of every range, and their neighbours. */
    { "0.0.0.0", NEVER },
    { "0.255.255.255", NEVER },
    { "1.0.0.0", PUBLIC },
    { "9.255.255.255", PUBLIC },
    { "10.0.0.0", DEVELOPMENT },
    { "10.255.255.255", DEVELOPMENT },
    { "11.0.0.0", PUBLIC },
    { "100.63.255.255", PUBLIC },
    { "100.64.0.0", DEVELOPMENT },
    { "100.127.255.255", DEVELOPMENT },
    { "100.128.0.0", PUBLIC },
    { "126.255.255.255", PUBLIC },
    { "127.0.0.0", DEVELOPMENT },
    { "127.0.0.1", DEVELOPMENT },
    { "127.255.255.255", DEVELOPMENT },
    { "128.0.0.0", PUBLIC },
    { "169.253.255.255", PUBLIC },
    { "169.254.0.0", NEVER },
    { "169.254.169.254", NEVER },
    { "169.254.255.255", NEVER },
    { "169.255.0.0", PUBLIC },
    { "172.15.255.255", PUBLIC },
    { "172.16.0.0", DEVELOPMENT },
    { "172.31.255.255", DEVELOPMENT },
    { "172.32.0.0", PUBLIC },
    { "191.255.255.255", PUBLIC },
    { "192.0.0.0", NEVER },
    { "192.0.0.255", NEVER },
    { "192.0.1.0", PUBLIC },
    { "192.0.1.255", PUBLIC },
    { "192.0.2.0", NEVER },
    { "192.0.2.255", NEVER },
    { "192.0.3.0", PUBLIC },
    { "192.88.98.255", PUBLIC },
    { "192.88.99.0", NEVER },
    { "192.88.99.255", NEVER },
    { "192.88.100.0", PUBLIC },
    { "192.167.255.255", PUBLIC },
    { "192.168.0.0", DEVELOPMENT },
    { "192.168.255.255", DEVELOPMENT },
    { "192.169.0.0", PUBLIC },
    { "198.17.255.255", PUBLIC },
    { "198.18.0.0", DEVELOPMENT },
    { "198.19.255.255", DEVELOPMENT },
    { "198.20.0.0", PUBLIC },
    { "198.51.99.255", PUBLIC },
    { "198.51.100.0", NEVER },
    { "198.51.100.255", NEVER },
    { "198.51.101.0", PUBLIC },
    { "203.0.112.255", PUBLIC },
    { "203.0.113.0", NEVER },
    { "203.0.113.255", NEVER },
    { "203.0.114.0", PUBLIC },
    { "223.255.255.255", PUBLIC },
    { "224.0.0.0", NEVER },
    { "239.255.255.255", NEVER },
    { "240.0.0.0", NEVER },
    { "255.255.255.254", NEVER },
    { "255.255.255.255", NEVER },
    { "::", NEVER },
    { "::1", DEVELOPMENT },
    { "::2", NEVER },
    { "::127.0.0.1", NEVER },
    { "::8.8.8.8", NEVER },
    { "::ffff:0.0.0.0", NEVER },
    { "::ffff:127.0.0.1", NEVER },
    { "::ffff:8.8.8.8", NEVER },
    { "::ffff:255.255.255.255", NEVER },
    { "64:ff9b::", NEVER },
    { "64:ff9b::8.8.8.8", NEVER },
    { "64:ff9b::ffff:ffff", NEVER },
    { "64:ff9b:1::", NEVER },
    { "100::", NEVER },
    { "100::ffff:ffff:ffff:ffff", NEVER },
    { "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "2000::", PUBLIC },
    { "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC },
    { "2001::", NEVER },
    { "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "2001:2::", NEVER },
    { "2001:10::", NEVER },
    { "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "2001:200::", PUBLIC },
    { "2001:4860:4860::8888", PUBLIC },
    { "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC },
    { "2001:db8::", NEVER },
    { "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "2001:db9::", PUBLIC },
    { "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC },
    { "2002::", NEVER },
    { "2002:7f00:1::", NEVER },
    { "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "2003::", PUBLIC },
    { "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC },
    { "3fff::", NEVER },
    { "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "3fff:1000::", PUBLIC },
    { "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC },
    { "4000::", NEVER },
    { "5f00::", NEVER },
    { "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "fc00::", DEVELOPMENT },
    { "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", DEVELOPMENT },
    { "fe00::", NEVER },
    { "fe80::", NEVER },
    { "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    { "fec0::", NEVER },
    { "ff00::", NEVER },
    { "ff02::1", NEVER },
    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NEVER },
    /* What older parsers take for addresses, and what is neither address nor name. */
    { "", MALFORMED },
    { " ", MALFORMED },
    { ".", MALFORMED },
    { "2130706433", MALFORMED },
    { "0x7f.1", MALFORMED },
    { "0x7f000001", MALFORMED },
    { "127.1", MALFORMED },
    { "127.0.1", MALFORMED },
    { "0177.0.0.1", MALFORMED },
    { "127.0.0.01", MALFORMED },
    { "127.0.0.1.", MALFORMED },
    { "127.0.0.1 ", MALFORMED },
    { " 127.0.0.1", MALFORMED },
    { "8.8.8.8.8", MALFORMED },
    { "8.8.8.256", MALFORMED },
    { "8.8.8.8/32", MALFORMED },
    { "8.8.8.8:80", MALFORMED },
    { "[::1]", MALFORMED },
    { "[2001:4860:4860::8888]", MALFORMED },
    { "2001:4860:4860::8888%eth0", MALFORMED },
    { "::1%lo", MALFORMED },
    { "2001:4860::4860::8888", MALFORMED },
    { "example.com.", MALFORMED },
    { ".example.com", MALFORMED },
    { "a..example.com", MALFORMED },
    { "-a.example.com", MALFORMED },
    { "a-.example.com", MALFORMED },
    { "a.example.com-", MALFORMED },
    { "a.-example", MALFORMED },
    { "a_b.example.com", MALFORMED },
    { "a b.example.com", MALFORMED },
    { "a.example.com\n", MALFORMED },
    { "a.example.1com", MALFORMED },
    { "a.example.0x7f", MALFORMED },
    { "\xc3\xa9.example.com", MALFORMED },
    { "user@example.com", MALFORMED },
    { "example.com/", MALFORMED },
    { "a123456789012345678901234567890123456789012345678901234567890123.example.com", MALFORMED },
};

static struct config config;
static struct arena *arena;
static char no_addresses[] = "";

static void set_up(void)
{
    arena = arena_create(65536);
    config = (struct config){ .launch.own_addresses = no_addresses,
                              .launch.lookups = 2,
                              .launch.lookups_of_hotkey = 1,
                              .server.slow_workers = 8 };
}

static void tear_down(void)
{
    arena_free(arena);
}

static enum refusal vet(const char *host, const char **address)
{
    return host_read(&config, arena, host, address);
}

static const char malformed[] = "host is not an IP address or DNS name";

START_TEST(an_address_is_judged_by_its_range)
{
    const char *host = addresses[_i].host, *address = NULL;
    enum expectation expected = addresses[_i].expected;

    ck_assert_msg(host_address_is_public(host) == (expected == PUBLIC), "%s", host);

    enum refusal refusal = vet(host, &address);
    ck_assert_msg((refusal == REFUSAL_NONE) == (expected == PUBLIC), "%s: %s", host,
                  refusal == REFUSAL_NONE ? "accepted" : refusal_code(refusal));
    if (refusal == REFUSAL_NONE)
        ck_assert_str_eq(address, host);
    else
        ck_assert_ptr_null(address);
    ck_assert_msg((refusal == REFUSAL_HOST_MALFORMED) == (expected == MALFORMED), "%s", host);
}
END_TEST

START_TEST(a_development_network_accepts_private_addresses_and_no_other_form)
{
    const char *host = addresses[_i].host, *address = NULL;
    enum expectation expected = addresses[_i].expected;

    config.launch.allow_private_hosts = true;
    enum refusal refusal = vet(host, &address);
    ck_assert_msg((refusal == REFUSAL_NONE) == (expected == PUBLIC || expected == DEVELOPMENT), "%s: %s",
                  host, refusal == REFUSAL_NONE ? "accepted" : refusal_code(refusal));
    ck_assert_msg((refusal == REFUSAL_HOST_MALFORMED) == (expected == MALFORMED), "%s", host);
}
END_TEST

START_TEST(the_address_that_is_dialled_is_in_canonical_form)
{
    const char *address;

    ck_assert_int_eq(vet("2001:4860:4860:0:0:0:0:8888", &address), REFUSAL_NONE);
    ck_assert_str_eq(address, "2001:4860:4860::8888");
    ck_assert_int_eq(vet("2001:0DB9::1", &address), REFUSAL_NONE);
    ck_assert_str_eq(address, "2001:db9::1");
}
END_TEST

START_TEST(our_own_addresses_are_refused)
{
    char own[] = "1.2.3.4, 2001:4860::/32, 127.0.0.0/8";
    const char *address;

    config.launch.own_addresses = own;
    ck_assert_int_eq(vet("1.2.3.4", &address), REFUSAL_HOST_OWN);
    ck_assert_int_eq(vet("2001:4860:4860::8888", &address), REFUSAL_HOST_OWN);
    ck_assert_int_eq(vet("1.2.3.5", &address), REFUSAL_NONE);
    config.launch.allow_private_hosts = true;
    ck_assert_int_eq(vet("127.0.0.1", &address), REFUSAL_HOST_OWN);
}
END_TEST

START_TEST(a_name_of_more_than_253_bytes_is_refused_before_any_look_up)
{
    char name[256];
    const char *address;

    memset(name, 'a', sizeof(name));
    for (size_t i = 50; i < sizeof(name); i += 51)
        name[i] = '.';
    name[253] = 'a';
    name[254] = '\0';
    ck_assert_str_eq(refusal_text(arena, host_read(&config, arena, name, &address), NULL), malformed);
    name[253] = '\0';
    ck_assert_int_eq(host_read(&config, arena, name, &address), REFUSAL_NONE);
    ck_assert_ptr_null(address);
}
END_TEST

Suite *host_suite(void)
{
    Suite *suite = suite_create("attest/host");
    TCase *tests = tcase_create("host");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, an_address_is_judged_by_its_range, 0, COUNT(addresses));
    tcase_add_loop_test(tests, a_development_network_accepts_private_addresses_and_no_other_form, 0,
                        COUNT(addresses));
    tcase_add_test(tests, the_address_that_is_dialled_is_in_canonical_form);
    tcase_add_test(tests, our_own_addresses_are_refused);
    tcase_add_test(tests, a_name_of_more_than_253_bytes_is_refused_before_any_look_up);
    suite_add_tcase(suite, tests);
    return suite;
}
