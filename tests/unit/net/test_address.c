/* net/address: addresses in the two inet_pton forms alone, and the networks that they are in. */
#include "net/address.h"

#include <check.h>
#include <string.h>

#define COUNT(array) (int)(sizeof(array) / sizeof((array)[0]))

Suite *address_suite(void);

static const struct {
    const char *text;
    bool good, v4;
} texts[] = {
    { "192.0.2.1", true, true },      { "0.0.0.0", true, true },      { "255.255.255.255", true, true },
    { "::1", true, false },           { "2001:db8::1", true, false }, { "::ffff:192.0.2.1", true, true },
    { "::192.0.2.1", true, false },   { "", false, false },           { "192.0.2", false, false },
    { "192.0.2.256", false, false },  { "192.0.2.01", false, false }, { "0x7f.1", false, false },
    { "2130706433", false, false },   { "192.0.2.1 ", false, false }, { "[::1]", false, false },
    { "fe80::1%eth0", false, false }, { "unix", false, false },       { "localhost", false, false },
};

START_TEST(an_address_has_one_of_two_forms)
{
    struct address address;

    ck_assert_msg(address_parse(texts[_i].text, &address) == texts[_i].good, "%s", texts[_i].text);
    if (texts[_i].good)
        ck_assert_int_eq(address_is_v4(&address), texts[_i].v4);
}
END_TEST

START_TEST(a_peer_on_a_unix_socket_has_no_address)
{
    static const char *const peers[] = { "", "unix:" };
    struct address address;

    for (int i = 0; i < COUNT(peers); i++) {
        ck_assert(address_parse_peer(peers[i], &address));
        ck_assert(address.is_unix && !address_is_v4(&address));
    }
    ck_assert(!address_parse_peer("unix", &address));
}
END_TEST

static const struct {
    const char *address, *networks;
    bool in;
} memberships[] = {
    { "192.0.2.1", "192.0.2.1", true },
    { "192.0.2.2", "192.0.2.1", false },
    { "192.0.2.1", "192.0.2.0/24", true },
    { "192.0.3.1", "192.0.2.0/24", false },
    { "192.0.2.127", "192.0.2.0/25", true },
    { "192.0.2.128", "192.0.2.0/25", false },
    { "10.255.0.1", "10.0.0.0/8", true },
    { "11.0.0.1", "10.0.0.0/8", false },
    { "172.31.0.1", "172.16.0.0/12", true },
    { "172.32.0.1", "172.16.0.0/12", false },
    { "203.0.113.9", "0.0.0.0/0", true },
    { "::1", "0.0.0.0/0", false },
    { "203.0.113.9", "::/0", false },
    { "::1", "::/0", true },
    { "::ffff:192.0.2.1", "192.0.2.0/24", true },
    { "192.0.2.1", "::ffff:192.0.2.0/120", true },
    { "2001:db8:7fff::1", "2001:db8::/33", true },
    { "2001:db8:8000::1", "2001:db8::/33", false },
    { "2001:db8::1", "2001:db8::1/128", true },
    { "2001:db8::2", "2001:db8::1/128", false },
    { "192.0.2.1", "", false },
    { "192.0.2.1", " \t", false },
    { "192.0.2.1", "10.0.0.0/8, 192.0.2.0/24 ,::1", true },
    { "::1", "10.0.0.0/8, 192.0.2.0/24 ,::1", true },
    { "192.0.2.1", "nonsense,192.0.2.1", true },
    { "192.0.2.1", "192.0.2.0/33", false },
    { "", "unix", true },
    { "unix:", "10.0.0.0/8,unix", true },
    { "", "0.0.0.0/0,::/0", false },
    { "192.0.2.1", "unix", false },
    { "nonsense", "0.0.0.0/0,::/0,unix", false },
};

START_TEST(an_address_is_in_a_network_of_its_family)
{
    ck_assert_msg(address_text_in_list(memberships[_i].address, memberships[_i].networks) ==
                      memberships[_i].in,
                  "%s in %s", memberships[_i].address, memberships[_i].networks);
}
END_TEST

static const struct {
    const char *networks;
    bool valid;
} lists[] = {
    { "", true },
    { "10.0.0.0/8", true },
    { "10.0.0.1/8", true },
    { "0.0.0.0/0, ::/0, unix", true },
    { "10.0.0.0/32,::1/128", true },
    { "10.0.0.0/33", false },
    { "::1/129", false },
    { "10.0.0.0/", false },
    { "10.0.0.0/-1", false },
    { "10.0.0.0/+8", false },
    { "10.0.0.0/8x", false },
    { "10.0.0.0/0008", false },
    { "10.0.0.0/8,", false },
    { ",10.0.0.0/8", false },
    { "10.0.0.0/8 10.0.0.1", false },
    { "::ffff:0.0.0.0/95", false },
    { "::ffff:0.0.0.0/96", true },
    { "host.example", false },
    { "unix/8", false },
    { "10.0.0.0/255.0.0.0", false },
};

START_TEST(a_list_is_valid_if_every_entry_is)
{
    ck_assert_msg(address_list_is_valid(lists[_i].networks) == lists[_i].valid, "%s", lists[_i].networks);
}
END_TEST

static const struct {
    const char *text;
    bool good;
    unsigned number;
} numbers[] = {
    { "0", true, 0 },   { "65535", true, 65535 }, { "00080", true, 80 }, { "65536", false, 0 },
    { "", false, 0 },   { "000080", false, 0 },   { "-1", false, 0 },    { "+1", false, 0 },
    { " 1", false, 0 }, { "1 ", false, 0 },       { "0x1", false, 0 },   { "99999", false, 0 },
};

START_TEST(a_number_is_digits_within_its_limits)
{
    unsigned number = 4711;

    ck_assert_msg(address_parse_number(numbers[_i].text, 5, 65535, &number) == numbers[_i].good, "%s",
                  numbers[_i].text);
    if (numbers[_i].good)
        ck_assert_uint_eq(number, numbers[_i].number);
}
END_TEST

START_TEST(an_entry_is_copied_without_the_space_around_it)
{
    char entry[ADDRESS_ENTRY_BYTES], longest[ADDRESS_ENTRY_BYTES + 1];

    ck_assert(address_copy_entry(entry, " \t::1 \t", 7));
    ck_assert_str_eq(entry, "::1");
    ck_assert(address_copy_entry(entry, "  ", 2));
    ck_assert_str_eq(entry, "");
    memset(longest, 'a', sizeof(longest));
    ck_assert(address_copy_entry(entry, longest, ADDRESS_ENTRY_BYTES - 1));
    ck_assert(!address_copy_entry(entry, longest, ADDRESS_ENTRY_BYTES));
}
END_TEST

Suite *address_suite(void)
{
    Suite *suite = suite_create("net/address");
    TCase *tests = tcase_create("address");

    tcase_add_loop_test(tests, an_address_has_one_of_two_forms, 0, COUNT(texts));
    tcase_add_test(tests, a_peer_on_a_unix_socket_has_no_address);
    tcase_add_loop_test(tests, an_address_is_in_a_network_of_its_family, 0, COUNT(memberships));
    tcase_add_loop_test(tests, a_list_is_valid_if_every_entry_is, 0, COUNT(lists));
    tcase_add_loop_test(tests, a_number_is_digits_within_its_limits, 0, COUNT(numbers));
    tcase_add_test(tests, an_entry_is_copied_without_the_space_around_it);
    suite_add_tcase(suite, tests);
    return suite;
}
