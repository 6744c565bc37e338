"""How often somebody may ask: an address, before anything else, and a hotkey once it is proven."""

import re

import pytest

from harness.client import Api
from harness.fastcgi_client import request
from harness.webserver import Nginx

BURST = 4
SLOW = {"hotkey_requests_per_minute": 1, "hotkey_burst": BURST}


@pytest.fixture
def slow(stack):
    """A hotkey may ask four times at once, and then once a minute: however slow we are, we are too fast."""
    with stack.responder.having("server", **SLOW):
        yield


def path_of(network):
    """GET launch_config of a chute."""
    return f"/instances/launch_config?chute_id={network.chute()}"


def test_who_only_names_a_hotkey_takes_nothing_from_it(slow, network, api):
    miner, path = network.miner(), path_of(network)
    wrong = {**network.sign(miner, "GET", path), "X-Chutes-Signature": "ab" * 64}
    for headers in ({"X-Chutes-Hotkey": miner.hotkey}, wrong):
        assert {api.request("GET", path, headers=headers).status for _ in range(5 * BURST)} == {401}
    assert [api.signed(miner, "GET", path).status for _ in range(BURST)] == [200] * BURST


def test_a_hotkey_over_its_rate_is_429_and_told_when_to_come_again(slow, network, api):
    miner, path = network.miner(), path_of(network)
    answers = [api.signed(miner, "GET", path) for _ in range(BURST + 20)]
    assert [answer.status for answer in answers[:BURST]] == [200] * BURST
    assert answers[-1].status == 429
    assert answers[-1].json == {"detail": "Too many requests of this hotkey"}
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert api.token(network.miner(), network.chute()).status == 200, "it alone is meant"
    told = Api(api.stack).request("GET", "/metrics").text
    assert int(re.search(r'^rigger_requests_too_many_total{by="hotkey"} (\d+)$', told, re.M)[1]) > 0


def test_who_repeats_a_signature_takes_nothing_from_its_hotkey(slow, network, api):
    miner, path = network.miner(), path_of(network)
    seen = network.sign(miner, "GET", path)
    answers = [api.request("GET", path, headers=seen).status for _ in range(BURST + 20)]
    assert answers[0] == 200 and answers[-1] == 429, "and has a limit of his own"
    assert [api.signed(miner, "GET", path).status for _ in range(BURST - 1)] == [200] * (BURST - 1)


def get(stack, address, forwarded=None):
    """The status of a request by FastCGI that comes from there."""
    parameters = {"REQUEST_METHOD": "GET", "REQUEST_URI": "/livez", "REMOTE_ADDR": address}
    if forwarded:
        parameters["HTTP_X_FORWARDED_FOR"] = forwarded
    answer = request(stack.settings["server"]["fast_socket"], parameters)
    if b"Status: 429" in answer:
        assert b"Retry-After: " in answer and b'{"detail":"Too many requests"}' in answer
    return int(answer[8:11])


@pytest.fixture
def counted(stack):
    """An address may ask twice."""
    with stack.responder.having("server", address_requests_per_minute=1, address_burst=2):
        yield stack


@pytest.mark.parametrize("first, second", [
    ("2001:db8:1:2::3", "2001:db8:1:2:ffff:ffff:ffff:ffff"), ("192.0.2.7", "192.0.2.7")])
def test_two_addresses_of_one_64_share_a_rate(counted, first, second):
    assert [get(counted, address) for address in (first, second, first, second)] == [200, 200, 429, 429]


@pytest.mark.parametrize("first, second", [("2001:db8:2:2::3", "2001:db8:2:3::3"),
                                           ("192.0.2.8", "192.0.2.9")])
def test_other_addresses_do_not(counted, first, second):
    assert [get(counted, address) for address in (first, first, first, second)] == [200, 200, 429, 200]


def test_what_a_client_says_of_its_address_is_not_counted(counted):
    assert [get(counted, "192.0.2.10", f"198.51.100.{i}") for i in range(4)] == [200, 200, 429, 429]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "unix:"])
def test_the_machine_itself_is_not_counted(counted, address):
    assert {get(counted, address) for _ in range(8)} == {200}


@pytest.fixture
def addressed(stack, place):
    """An nginx whose clients say where they come from, and may hardly come after the burst."""
    nginx = Nginx(str(place), stack.nginx.source, stack.settings,
                  extra="set_real_ip_from 127.0.0.1; real_ip_header X-Address;",
                  replacements={"rate=50r/s": "rate=1r/m", "burst=200": "burst=3"})
    nginx.start()
    yield Api(stack, nginx)
    nginx.stop()


def test_nginx_counts_a_64_as_one_and_no_hotkey(addressed, network):
    def statuses(*addresses):
        return [addressed.request("GET", "/livez", headers={"X-Address": address,
                                                            "X-Chutes-Hotkey": hotkey}).status
                for address in addresses]

    hotkey = network.miner().hotkey
    assert statuses(*[f"2001:db8:1:2:{i}::1" for i in range(1, 6)]) == [200] * 4 + [429]
    assert statuses("2001:db8:1:3::1", "2001:db8:1::1", "192.0.2.1", "192.0.2.2") == [200] * 4
    assert statuses(*["192.0.2.3"] * 5) == [200] * 4 + [429]
    assert statuses("::ffff:192.0.2.4", "::ffff:192.0.2.5") == [200] * 2
