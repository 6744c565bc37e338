/* attest/host and net/resolve: names of hosts are judged by all their addresses, and look-ups are bounded.
 * They are looked up in /etc/hosts alone: "localhost" is the one that every machine has. */
#include "attest/host.h"

#include "core/share.h"
#include "net/resolve.h"

#include <check.h>
#include <string.h>

Suite *host_name_suite(void);

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONG_MS      60000 /* only a failing test uses it up */

static struct arena *arena;
static struct config config;
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

/* Vets a host whole: as it stands, and a name by its addresses. */
static enum refusal vet(const char *host, const char **address)
{
    const struct host_name name = { .name = host, .hotkey = "alice", .timeout_ms = LONG_MS };
    enum refusal refusal = host_read(&config, arena, host, address);

    if (refusal == REFUSAL_NONE && *address == NULL)
        ck_assert_int_eq(host_look_up(&config, arena, &name, &refusal, address), STATUS_OK);
    return refusal;
}

START_TEST(a_name_is_judged_by_its_addresses)
{
    const char *address = NULL;

    ck_assert_int_eq(vet("localhost", &address), REFUSAL_HOST_NOT_QUALIFIED);
    ck_assert_ptr_null(address);

    config.launch.allow_private_hosts = true;
    ck_assert_int_eq(vet("LocalHost", &address), REFUSAL_NONE);
    ck_assert_msg(strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0, "%s", address);
}
END_TEST

START_TEST(one_of_our_own_addresses_condemns_a_name)
{
    char own[] = "127.0.0.0/8,::1";
    const char *address;

    config.launch.own_addresses = own;
    config.launch.allow_private_hosts = true;
    enum refusal refusal = vet("localhost", &address);

    ck_assert_str_eq(refusal_text(arena, refusal, NULL), "host is at an address of this service");
}
END_TEST

START_TEST(a_name_that_does_not_resolve_is_refused)
{
    const char *address = NULL;

    enum refusal refusal = vet("no-such-host.invalid", &address);

    ck_assert_str_eq(refusal_text(arena, refusal, NULL), "host cannot be resolved");
    ck_assert_ptr_null(address);
}
END_TEST

START_TEST(look_ups_are_bounded_by_launch_config_by_hotkey_and_in_all)
{
    static const struct {
        const char *name, *hotkey, *config_id;
        enum refusal refusal;
    } more[] = {
        { "localhost", "alice", "other", REFUSAL_LOOKUPS_TOO_MANY },
        { "localhost", "bob", "one", REFUSAL_LOOKUPS_TOO_MANY },
        { "localhost", "bob", NULL, REFUSAL_NONE },
    };
    const struct share under_way = { .kind = SHARE_LOOKUP, .owner = "alice", .subject = "one" };
    const char *address;
    enum refusal refusal;
    int first, second;

    ck_assert_int_eq(share_take(&under_way, &first), SHARE_WITHIN);
    config.launch.allow_private_hosts = true;
    for (size_t i = 0; i < COUNT(more); i++) {
        const struct host_name name = { more[i].name, more[i].hotkey, more[i].config_id, LONG_MS };

        ck_assert_int_eq(host_look_up(&config, arena, &name, &refusal, &address),
                         more[i].refusal == REFUSAL_NONE ? STATUS_OK : STATUS_REFUSED);
        ck_assert_int_eq(refusal, more[i].refusal);
    }
    ck_assert_int_eq(share_take(&under_way, &second), SHARE_WITHIN);
    ck_assert_int_eq(host_look_up(&config, arena, &(struct host_name){ "localhost", "bob", NULL, LONG_MS },
                                  &refusal, &address),
                     STATUS_REFUSED);
    ck_assert_int_eq(refusal, REFUSAL_UNAVAILABLE);
    share_leave(second);
    share_leave(first);
}
END_TEST

START_TEST(look_ups_take_half_of_the_workers_that_may_wait_at_most)
{
    const struct share under_way = { .kind = SHARE_LOOKUP };
    const struct host_name name = { "localhost", "bob", NULL, LONG_MS };
    const char *address;
    enum refusal refusal;
    int place;

    config.launch.allow_private_hosts = true;
    config.server.slow_workers = 1;
    config.server.waiting_workers = 1;
    ck_assert_int_eq(share_take(&under_way, &place), SHARE_WITHIN);
    ck_assert_int_eq(host_look_up(&config, arena, &name, &refusal, &address), STATUS_REFUSED);
    share_leave(place);
    ck_assert_int_eq(host_look_up(&config, arena, &name, &refusal, &address), STATUS_OK);
}
END_TEST

START_TEST(a_look_up_that_nobody_answers_in_time_is_nobodys_fault)
{
    const struct host_name name = { "localhost", "alice", NULL, 0 };
    const char *address;
    enum refusal refusal;

    ck_assert_int_eq(host_look_up(&config, arena, &name, &refusal, &address), STATUS_UNAVAILABLE);
    ck_assert_int_eq(refusal, REFUSAL_NONE);
}
END_TEST

START_TEST(a_look_up_gives_the_addresses_of_a_name)
{
    const char *found[8];
    int count = resolve_name(arena, "localhost", LONG_MS, SHARE_NONE, found, 8);

    ck_assert_int_ge(count, 1);
    for (int i = 0; i < count; i++)
        ck_assert_msg(strncmp(found[i], "127.", 4) == 0 || strcmp(found[i], "::1") == 0, "%s", found[i]);
    ck_assert_int_eq(resolve_name(arena, "localhost", LONG_MS, SHARE_NONE, found, 0), 0);
}
END_TEST

START_TEST(a_look_up_of_an_unknown_name_gives_nothing)
{
    const char *found[8];

    ck_assert_int_le(resolve_name(arena, "no-such-host.invalid", LONG_MS, SHARE_NONE, found, 8), 0);
}
END_TEST

START_TEST(look_ups_leave_room_for_more)
{
    const struct share share = { .kind = SHARE_LOOKUP, .all_max = 1 };
    const char *found[8];
    int place;

    for (int i = 0; i < 200; i++) {
        ck_assert_int_eq(share_take(&share, &place), SHARE_WITHIN);
        ck_assert_int_ge(resolve_name(arena, "localhost", LONG_MS, place, found, 8), 1);
    }
}
END_TEST

Suite *host_name_suite(void)
{
    Suite *suite = suite_create("attest/host_name");
    TCase *tests = tcase_create("names");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_name_is_judged_by_its_addresses);
    tcase_add_test(tests, one_of_our_own_addresses_condemns_a_name);
    tcase_add_test(tests, a_name_that_does_not_resolve_is_refused);
    tcase_add_test(tests, look_ups_are_bounded_by_launch_config_by_hotkey_and_in_all);
    tcase_add_test(tests, look_ups_take_half_of_the_workers_that_may_wait_at_most);
    tcase_add_test(tests, a_look_up_that_nobody_answers_in_time_is_nobodys_fault);
    tcase_add_test(tests, a_look_up_gives_the_addresses_of_a_name);
    tcase_add_test(tests, a_look_up_of_an_unknown_name_gives_nothing);
    tcase_add_test(tests, look_ups_leave_room_for_more);
    suite_add_tcase(suite, tests);
    return suite;
}
